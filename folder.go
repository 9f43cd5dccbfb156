package weir

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirbench/weir/linearizability"
)

func newResults(p *Plan, o RunOptions) *Results {
	r := &Results{Schema: resultsSchema, Scenario: p.Scenario, About: p.Description, Command: o.Command, Broken: p.Broken, Seed: p.Seed, Started: time.Now().UTC(),
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

// begin makes the run folder under a temporary name and writes what is known before anything runs. Where it cannot, nothing is left.
func (r *runner) begin() error {
	r.folder = filepath.Join(r.opts.Out, Unfinished+r.results.Run)
	if err := os.MkdirAll(filepath.Join(r.folder, "cells"), 0o755); err != nil {
		err = fmt.Errorf("make the run folder: %w; give another with --out", err)
		if sick(err) && !errors.Is(err, fs.ErrPermission) {
			return err
		}
		return &BadInput{err}
	}
	plan, err := indented(r.plan)
	if err == nil {
		err = room(r.folder)
	}
	if err == nil {
		r.planSum = crc32.ChecksumIEEE(plan)
		err = cmp.Or(writeFile(filepath.Join(r.folder, "plan.json"), plan), writeFile(filepath.Join(r.folder, "scenario.yaml"), r.plan.Source),
			writeJSON(filepath.Join(r.folder, "manifest.json"), r.manifest(false)))
	}
	if err != nil {
		os.RemoveAll(r.folder)
	}
	return err
}

// Unfinished begins the name of a run folder until the run has ended.
const Unfinished = ".tmp-"

// Unfinished tells whether a run could not even write its results: its folder has the name of one that did not end.
func (res *Results) Unfinished() bool { return strings.HasPrefix(res.Run, Unfinished) }

// A manifest is what a run folder says of itself from its first moment.
type manifest struct {
	Schema   string    `json:"schema"`
	Run      string    `json:"run"`
	Scenario string    `json:"scenario"`
	Seed     uint64    `json:"seed"`
	Command  string    `json:"command"`
	Started  time.Time `json:"started"`
	Machine  Machine   `json:"machine"`
	PlanSum  uint32    `json:"plan_crc32"` // of plan.json, without which a history says nothing
	Exit     int       `json:"exit"`
	Ended    bool      `json:"ended"`
}

const manifestSchema = "weir.manifest/v1"

func (r *runner) manifest(ended bool) *manifest {
	res := r.results
	return &manifest{manifestSchema, res.Run, res.Scenario, res.Seed, res.Command, res.Started, res.Machine, r.planSum, res.Exit, ended}
}

// end writes the results and gives the folder its name. Where it cannot, the folder keeps the name of one that did not end.
func (r *runner) end() error {
	name := r.results.Run
	err := r.writeCells()
	if err == nil {
		err = cmp.Or(writeJSON(filepath.Join(r.folder, "results.json"), r.results), writeJSON(filepath.Join(r.folder, "manifest.json"), r.manifest(true)))
	}
	if err == nil {
		err = os.Rename(r.folder, filepath.Join(r.opts.Out, name))
	}
	if err != nil {
		r.results.Run = filepath.Base(r.folder)
		return fmt.Errorf("end the run folder: %w", err)
	}
	r.folder = filepath.Join(r.opts.Out, name)
	if err := writeFile(filepath.Join(r.opts.Out, "LATEST"), []byte(name+"\n")); err != nil {
		return err
	}
	latest := filepath.Join(r.opts.Out, "latest")
	temp := latest + fmt.Sprintf(".%d", os.Getpid())
	if os.Symlink(name, temp) == nil { // best effort: not every file system has links
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
	return appendLines(filepath.Join(r.opts.Out, "history.ndjson"), b.Bytes())
}

// appendLines appends lines to a file, all or none. A line that somebody left half written is ended first.
func appendLines(name string, lines []byte) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	size, err := f.Seek(0, io.SeekEnd)
	last := []byte{'\n'}
	if err == nil && size > 0 {
		_, err = f.ReadAt(last, size-1)
	}
	if err == nil && last[0] != '\n' {
		lines = append([]byte{'\n'}, lines...)
	}
	if err == nil {
		if _, err = f.Write(lines); err != nil {
			f.Truncate(size)
		}
	}
	return errors.Join(err, f.Close())
}

// writeFile writes under a temporary name and renames, so that a file is whole or not there.
func writeFile(name string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	temp := fmt.Sprintf("%s.%d.tmp", name, os.Getpid()) // others may write the same file at the same time
	err := os.WriteFile(temp, data, 0o644)
	if err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}

func writeJSON(name string, v any) error {
	b, err := indented(v)
	if err != nil {
		return err
	}
	return writeFile(name, b)
}

func indented(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", " ")
	return append(b, '\n'), err
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
	return cmp.Or(
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

// ReadResults reads a finished run folder. All errors are a BadInput; that of a run that did not end wraps fs.ErrNotExist.
func ReadResults(folder string) (*Results, error) {
	b, err := os.ReadFile(filepath.Join(folder, "results.json"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, e := os.Stat(filepath.Join(folder, "plan.json")); e == nil {
			return nil, &BadInput{unended{folder}}
		}
		return nil, &BadInput{fmt.Errorf("%s is no run folder: it has no results.json: %w", folder, fs.ErrNotExist)}
	}
	if err != nil {
		return nil, &BadInput{fmt.Errorf("%s: %w", folder, err)}
	}
	r := &Results{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, &BadInput{fmt.Errorf("%s: results.json is damaged: %w", folder, err)}
	}
	if r.Schema != resultsSchema {
		return nil, &BadInput{fmt.Errorf("%s: results.json has schema %s; this weir reads %s", folder, clip(r.Schema), resultsSchema)}
	}
	return r, nil
}

const resultsSchema = "weir.results/v1"

// unended is the error of a run that did not end.
type unended struct{ folder string }

func (u unended) Error() string {
	return u.folder + ": the run did not end, so it has no results.json; weir check judges what it left"
}
func (u unended) Is(target error) bool { return target == fs.ErrNotExist }
