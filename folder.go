package weir

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirbench/weir/linearizability"
)

func newResults(p *Plan, o RunOptions) *Results {
	r := &Results{Schema: "weir.results/v1", Scenario: p.Scenario, About: p.Description, Command: o.Command, Broken: p.Broken, Seed: p.Seed, Started: time.Now().UTC(),
		Reps: p.Reps, Machine: machine(o.Out), Skipped: p.Skipped, Warnings: p.Warnings}
	if len(p.Cells) > 0 {
		r.Config = common(p.Cells)
	}
	r.Run = fmt.Sprintf("%s-%s-%06x", r.Started.Format("20060102T150405Z"), folderName(p.Scenario), (uint64(r.Started.UnixNano())*0x9E3779B97F4A7C15)>>40)
	return r
}

// common are the settings that all cells share.
func common(cells []Cell) (out []Setting) {
	for _, s := range cells[0].Settings {
		same := true
		for i := range cells {
			found := false
			for _, t := range cells[i].Settings {
				found = found || t.Key == s.Key && t.Value == s.Value
			}
			same = same && found
		}
		if same {
			out = append(out, s)
		}
	}
	return out
}

// begin makes the run folder under a temporary name and writes what is known before anything runs.
func (r *runner) begin() error {
	if st, err := os.Stat(r.opts.Out); err == nil && !st.IsDir() {
		return &BadInput{fmt.Errorf("%s is a file; give a folder with --out", r.opts.Out)}
	}
	r.folder = filepath.Join(r.opts.Out, ".tmp-"+r.results.Run)
	if err := os.MkdirAll(filepath.Join(r.folder, "cells"), 0o755); err != nil {
		return &BadInput{fmt.Errorf("make the run folder: %w; give another with --out", err)}
	}
	return errors.Join(
		writeFile(filepath.Join(r.folder, "scenario.yaml"), r.plan.Source),
		writeJSON(filepath.Join(r.folder, "plan.json"), r.plan),
		writeJSON(filepath.Join(r.folder, "manifest.json"), r.results.manifest()))
}

// manifest is what a run folder says of itself from its first moment.
func (res *Results) manifest() map[string]any {
	return map[string]any{"schema": "weir.manifest/v1", "run": res.Run, "scenario": res.Scenario, "seed": res.Seed, "command": res.Command,
		"started": res.Started, "machine": res.Machine, "exit": res.Exit, "ended": res.Headline != ""}
}

// end writes the results and gives the folder its name.
func (r *runner) end() error {
	if err := r.writeCells(); err != nil {
		return err
	}
	err := errors.Join(writeJSON(filepath.Join(r.folder, "results.json"), r.results), writeJSON(filepath.Join(r.folder, "manifest.json"), r.results.manifest()))
	if err != nil {
		return err
	}
	if err := os.Rename(r.folder, filepath.Join(r.opts.Out, r.results.Run)); err != nil {
		return fmt.Errorf("name the run folder: %w", err)
	}
	r.folder = filepath.Join(r.opts.Out, r.results.Run)
	if err := writeFile(filepath.Join(r.opts.Out, "LATEST"), []byte(r.results.Run+"\n")); err != nil {
		return err
	}
	latest := filepath.Join(r.opts.Out, "latest")
	temp := latest + fmt.Sprintf(".%d", os.Getpid())
	if os.Symlink(r.results.Run, temp) == nil { // best effort: not every file system has links
		if os.Rename(temp, latest) != nil {
			os.Remove(temp)
		}
	}
	return r.remember()
}

// writeCells gives each cell's folder what the plan said of the cell and what came of it.
func (r *runner) writeCells() error {
	for i := range r.results.Cells {
		c := &r.results.Cells[i]
		if c.Folder == "" {
			continue
		}
		at := slices.IndexFunc(r.plan.Cells, func(p Cell) bool { return p.Name == c.Name })
		dir := filepath.Join(r.folder, c.Folder)
		if err := writeJSON(filepath.Join(dir, "cell.json"), map[string]any{"schema": "weir.cell/v1", "plan": r.plan.Cells[at], "result": c}); err != nil {
			return err
		}
		reps, _ := filepath.Glob(filepath.Join(dir, "rep-*"))
		for _, rep := range reps {
			os.Remove(rep) // only one that is empty goes: nothing of the repetition was worth keeping
		}
	}
	return nil
}

// remember appends a line for each cell to history.ndjson.
func (r *runner) remember() error {
	var b bytes.Buffer
	for i := range r.results.Cells {
		c := &r.results.Cells[i]
		fields := map[string]any{"run": r.results.Run, "scenario": r.results.Scenario, "cell": c.Name, "driver": c.Driver, "verdict": c.Verdict,
			"seed": r.results.Seed, "machine_id": r.results.Machine.ID, "commit": r.results.Machine.Commit}
		for name, s := range map[string]Summary{"throughput_rec_per_s": c.Throughput, "checkpoint_duration_s": c.Checkpoint, "recovery_s": c.Recovery} { // each to its own key
			if s.N > 0 { // what was not measured has no number
				fields[name], fields["n"], fields["reducer"] = s.P50, c.Throughput.N, "p50"
			}
		}
		line, err := json.Marshal(fields)
		if err != nil {
			return err
		}
		b.Write(append(line, '\n'))
	}
	f, err := os.OpenFile(filepath.Join(r.opts.Out, "history.ndjson"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b.Bytes())
	return errors.Join(err, f.Close())
}

// writeFile writes under a temporary name and renames, so that a file is whole or not there.
func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	temp := name + ".tmp"
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		os.Remove(temp)
		return err
	}
	return os.Rename(temp, name)
}

func writeJSON(name string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return writeFile(name, append(b, '\n'))
}

// writeEvidence writes the files of one repetition into its cell's folder.
func writeEvidence(dir string, rep int, ev *Evidence, vs []linearizability.Verdict) error {
	var hist bytes.Buffer
	if err := ev.History.Write(&hist); err != nil {
		return err
	}
	at := func(name, ext string) string { return filepath.Join(dir, fmt.Sprintf("%s-%02d%s", name, rep, ext)) }
	lines := func(n int, get func(i int) any) []byte {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		for i := range n {
			enc.Encode(get(i))
		}
		return b.Bytes()
	}
	return errors.Join(
		writeFile(at("history", ".jsonl.zst"), hist.Bytes()),
		writeFile(at("checkpoints", ".ndjson"), lines(len(ev.Checkpoints), func(i int) any { return ev.Checkpoints[i] })),
		writeFile(at("recoveries", ".ndjson"), lines(len(ev.Recoveries), func(i int) any { return ev.Recoveries[i] })),
		writeFile(at("faults", ".ndjson"), lines(len(ev.History.Strikes), func(i int) any { return ev.History.Strikes[i] })),
		writeFile(at("timeseries", ".csv"), ev.csv()),
		writeJSON(at("verdict", ".json"), vs))
}

func (ev *Evidence) csv() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"time_s", "rec_per_s"})
	for i, n := range ev.Rate {
		w.Write([]string{strconv.FormatFloat(float64(i)*binMicros/1e6, 'f', 3, 64), strconv.FormatFloat(float64(n)*1e6/binMicros, 'f', 0, 64)})
	}
	w.Flush()
	return b.Bytes()
}

// ReadResults reads a finished run folder.
func ReadResults(folder string) (*Results, error) {
	b, err := os.ReadFile(filepath.Join(folder, "results.json"))
	if err != nil {
		if _, e := os.Stat(filepath.Join(folder, "plan.json")); e == nil {
			return nil, fmt.Errorf("%s: the run did not end, so it has no results.json; weir check judges what it left", folder)
		}
		return nil, &BadInput{fmt.Errorf("%s is not a run folder: %w", folder, err)}
	}
	r := &Results{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s/results.json: %w", folder, err)
	}
	if r.Schema != "weir.results/v1" {
		return nil, fmt.Errorf("%s/results.json: schema %q, want weir.results/v1", folder, r.Schema)
	}
	return r, nil
}

// machine is where this process runs.
func machine(out string) Machine {
	m := Machine{Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				m.CPU = strings.TrimSpace(v)
				break
			}
		}
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kb int64
		fmt.Sscanf(string(b), "MemTotal: %d kB", &kb)
		m.Memory = kb << 10
	}
	if b, err := os.ReadFile("/etc/os-release"); err == nil {
		for line := range strings.Lines(string(b)) {
			if v, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
				m.OS = strings.Trim(strings.TrimSpace(v), `"`) + " " + runtime.GOARCH
			}
		}
	}
	if b, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"); err == nil {
		m.Governor = strings.TrimSpace(string(b))
	}
	m.Disk = fileSystem(out)
	m.versions()
	host, _ := os.Hostname()
	var h uint32 = 2166136261
	for _, c := range []byte(m.CPU + m.OS + host) {
		h = (h ^ uint32(c)) * 16777619
	}
	m.ID = fmt.Sprintf("%08x", h)
	return m
}
