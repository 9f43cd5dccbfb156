package weir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/weirbench/weir/linearizability"
)

// Recheck judges the stored histories of a run folder again, with the checks of this build, and changes nothing in it. The folder of a run
// that was killed is judged as far as it came; what its plan demanded and did not come to is undecided.
func Recheck(ctx context.Context, c Catalog, folder string) (*Results, error) {
	m, p, err := readPlan(folder)
	if err != nil {
		return nil, err
	}
	r := &runner{catalog: &c, plan: p, folder: folder}
	if r.results, err = ReadResults(folder); err != nil {
		r.results = m.results(p)
		why := "the run did not end: what it left is judged"
		if !errors.Is(err, fs.ErrNotExist) {
			why = err.Error() + "; what was measured is lost, and the stored histories are judged"
		}
		r.warn(why)
	}
	r.opts.Command = r.results.Command
	old, took := r.results.Cells, r.results.Took
	r.results.Cells, r.results.Exits, r.results.Exit = nil, nil, 0
	runs := make([]cellRuns, len(p.Cells))
	for i := range runs {
		cr := &runs[i]
		cr.init(r, i)
		var bounds []CheckResult
		if j := slices.IndexFunc(old, func(o CellResult) bool { return o.Name == cr.out.Name }); j >= 0 {
			cr.out = old[j]
			bounds = cr.out.bounds()
		}
		if err := cr.rejudge(ctx); err != nil {
			return nil, fmt.Errorf("cell %s: %w", cr.cell.Name, err)
		}
		cr.out.Checks = append(cr.out.Checks, bounds...)
		cr.out.Verdict = verdict(cr.out.Checks)
		r.results.Cells = append(r.results.Cells, cr.out)
	}
	r.acrossBackends(runs)
	if old == nil {
		p.unmeasured(r.results.Cells)
	}
	if r.results.Sim != nil {
		r.warn("the simulated seeds are not judged again: they leave no histories")
	}
	r.conclude(context.Cause(ctx))
	r.results.Took = took
	return r.results, context.Cause(ctx)
}

// bounds are what was said of thresholds: they are not measured again.
func (c *CellResult) bounds() []CheckResult {
	return slices.DeleteFunc(slices.Clone(c.Checks), func(k CheckResult) bool { return k.Name != "thresholds" })
}

// readPlan reads what a run folder says of itself from its first moment. All errors are a BadInput.
func readPlan(folder string) (*manifest, *Plan, error) {
	m, p := &manifest{}, &Plan{}
	b, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err == nil {
		err = json.Unmarshal(b, m)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, &BadInput{fmt.Errorf("%s is no run folder: it has no manifest.json", folder)}
	case err != nil:
		return nil, nil, &BadInput{fmt.Errorf("%s: manifest.json is damaged: %w", folder, err)}
	case m.Schema != manifestSchema:
		return nil, nil, &BadInput{fmt.Errorf("%s: manifest.json has schema %s; this weir reads %s", folder, clip(m.Schema), manifestSchema)}
	}
	b, err = os.ReadFile(filepath.Join(folder, "plan.json"))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, &BadInput{fmt.Errorf("%s: plan.json is missing: nothing says what the histories are of", folder)}
	case err != nil:
		return nil, nil, &BadInput{fmt.Errorf("%s: %w", folder, err)}
	case crc32.ChecksumIEEE(b) != m.PlanSum:
		return nil, nil, &BadInput{fmt.Errorf("%s: plan.json is damaged: its checksum is %08x, and manifest.json says %08x", folder, crc32.ChecksumIEEE(b), m.PlanSum)}
	}
	if err := json.Unmarshal(b, p); err != nil {
		return nil, nil, &BadInput{fmt.Errorf("%s: plan.json: %w", folder, err)}
	}
	return m, p, nil
}

// results begins those of a run that left none.
func (m *manifest) results(p *Plan) *Results {
	r := newResults(p, RunOptions{Command: m.Command})
	r.Run, r.Started, r.Machine = m.Run, m.Started, m.Machine
	return r
}

func (cr *cellRuns) rejudge(ctx context.Context) error {
	if cr.out.Driver == "sim" {
		cr.refuse("a simulated seed leaves no history; to see it again, run it again")
		return nil
	}
	files, err := filepath.Glob(filepath.Join(cr.folder, cr.out.Folder, "history-*.jsonl.zst"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	measured := cr.out.Records > 0
	cr.out.Story, cr.out.Reproduce = nil, ""
	for _, name := range files {
		h, err := cr.stored(name)
		if err != nil {
			if bad := (*BadInput)(nil); errors.As(err, &bad) {
				return err
			}
			cr.refuse(fmt.Sprintf("%s: %v", filepath.Base(name), err))
			continue
		}
		vs := check(ctx, cr.cell, h)
		cr.verdicts = append(cr.verdicts, vs)
		cr.story(vs, "")
		cr.ends(h)
		if !measured {
			cr.out.Records = h.Demands.Records
			cr.out.Crashes += max(0, len(h.Attempts)-1)
			cr.count(h)
		}
	}
	if n := len(files); n < cr.plan.Reps {
		cr.refuse(fmt.Sprintf("%d of %s left a history", n, plural(cr.plan.Reps, "repetition", "repetitions")))
	}
	cr.settle()
	return nil
}

// stored reads a history and gives it the input that its plan names. A BadInput is one of the plan's.
func (cr *cellRuns) stored(name string) (*linearizability.History, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, err := linearizability.ReadHistory(f)
	if err != nil { // of one that breaks off the beginning is known: too little to say that something was lost
		return nil, err
	}
	if c := cr.cell; h.Parts != c.Sources || h.Tasks != c.Parallelism || h.Groups != c.Groups {
		return nil, fmt.Errorf("it is of another plan: %d sources, %d tasks, %d key groups", h.Parts, h.Tasks, h.Groups)
	}
	sub, err := cr.subject(cr.cell)
	if err != nil {
		return nil, err
	}
	sub.end(h, cr.cell.early())
	return h, nil
}

// refuse says why something could not be judged.
func (cr *cellRuns) refuse(why string) {
	cr.verdicts = append(cr.verdicts, []linearizability.Verdict{{Check: "history", Result: linearizability.Undecided, Reason: why}})
	cr.settle()
}

// settle folds the verdicts so far. What is not a pass has no numbers.
func (cr *cellRuns) settle() {
	o := &cr.out
	o.Checks = worst(cr.verdicts)
	if o.Verdict = verdict(o.Checks); o.Verdict == "pass" {
		return
	}
	o.Throughput, o.Checkpoint, o.CheckpointSync, o.Recovery = Summary{}, Summary{}, Summary{}, Summary{}
	o.Memory, o.Stretches, o.Accesses, o.Asking, o.AskedIn = MemoryUse{}, nil, nil, 0, ""
	o.Size, o.FullSize, o.PeakMemory, o.Phases, o.Verify, o.Samples = Summary{}, Summary{}, Summary{}, nil, 0, nil
}
