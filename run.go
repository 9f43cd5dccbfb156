package weir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weirbench/weir/backends/probes"
	"github.com/weirbench/weir/linearizability"
)

// RunOptions say where a plan runs and what is told meanwhile.
type RunOptions struct {
	Out       string         // folder of all runs
	Keep      string         // data of repetitions: "never", "failed" (the default), "always"
	Progress  func(Progress) // nil: nobody listens. Called on the running goroutine
	Sim       bool           // simulate every cell instead of running it live
	Seeds     int            // simulated seeds a cell; with Sim 0 means 100
	FirstSeed uint64
	Command   string // that makes this run again, for the report
	// Again is the command that simulates one seed again, with more that is set and another filter than Command has; nil: there is none.
	Again func(seed uint64, sets []string, filter string) string
	Log   *slog.Logger
}

// Progress is told before each repetition and while seeds run.
type Progress struct {
	Cell        string
	Rep, Reps   int
	Phase       string // "run", "judge", "simulate"
	Done, Total int64  // seeds, or 0
	Text        string // what the repetition said, once it is over
}

// An Interrupt is the cause of a context that a signal ended: the run's exit code is the one that shells expect of that signal.
type Interrupt struct{ Code int }

func (Interrupt) Error() string { return "interrupted" }

// Run runs a plan and judges what it saw. It writes a run folder, which is complete when Run returns and can be read, as far as it came,
// when it does not. The error is nil whatever the verdict; when ctx ends, it is ctx's cause and the results are those of what had run.
// Results are nil when nothing ran.
func Run(ctx context.Context, c Catalog, p *Plan, o RunOptions) (*Results, error) {
	r := &runner{catalog: &c, plan: p, opts: o, results: newResults(p, o)}
	r.results.Machine.RocksDB = c.rocksdb()
	if err := r.inputs(ctx); err != nil {
		return nil, err
	}
	if err := r.begin(); err != nil {
		return nil, err
	}
	err := r.cells(ctx)
	if err == nil {
		err = r.simulate(ctx)
	}
	if err != nil && ctx.Err() == nil {
		r.warn("the run broke off: " + err.Error())
	}
	r.results.Thresholds = p.judge(r.results.Cells)
	p.unmeasured(r.results.Cells)
	r.conclude(err)
	if e := r.end(); e != nil && err == nil {
		err = e
	}
	return r.results, err
}

// A BadInput is an error that the user can mend by asking for something else: a folder that cannot be written, a file that is not what it should be.
type BadInput struct{ Err error }

func (e *BadInput) Error() string { return e.Err.Error() }
func (e *BadInput) Unwrap() error { return e.Err }

type runner struct {
	catalog  *Catalog
	plan     *Plan
	opts     RunOptions
	results  *Results
	folder   string // while it is written
	planSum  uint32 // of its plan.json
	subjects map[string]*subject
	probed   map[string]*probes.Found // by backend; nil: it could not be asked
	broke    bool                     // ended early
}

func (r *runner) tell(p Progress) {
	if r.opts.Progress != nil {
		r.opts.Progress(p)
	}
}

// cells runs all repetitions, interleaved, so that a machine that drifts drifts for all.
func (r *runner) cells(ctx context.Context) error {
	runs := make([]cellRuns, len(r.plan.Cells))
	for i := range r.plan.Cells {
		runs[i].init(r, i)
	}
	if r.opts.Sim {
		return r.simCells(ctx, runs)
	}
	defer func() {
		for i := range runs {
			r.results.Cells = append(r.results.Cells, runs[i].result())
		}
		r.acrossBackends(runs)
	}()
	for rep := 1; rep <= r.plan.Reps; rep++ {
		for i := range runs {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := runs[i].rep(ctx, rep); err != nil {
				return fmt.Errorf("cell %s, repetition %d: %w", runs[i].cell.Name, rep, err)
			}
		}
	}
	return nil
}

// warn tells something once.
func (r *runner) warn(text string) {
	if !slices.Contains(r.results.Warnings, text) {
		r.results.Warnings = append(r.results.Warnings, text)
	}
}

// subject opens the input of a cell, once for all cells that read the same.
func (r *runner) subject(c *Cell) (*subject, error) {
	id := c.input()
	if s := r.subjects[id]; s != nil {
		return s, nil
	}
	job, err := r.catalog.open(c, r.plan.Seed, nil)
	if err != nil {
		return nil, err
	}
	if r.subjects == nil {
		r.subjects = map[string]*subject{}
	}
	s := newSubject(job)
	r.subjects[id] = s
	return s, nil
}

// input names what a cell reads: cells of one name read the same records in the same partitions.
func (c *Cell) input() string {
	var id strings.Builder
	fmt.Fprintf(&id, "%s %d %d", c.Workload, c.Sources, c.Groups)
	for _, k := range slices.Sorted(maps.Keys(c.Params)) {
		fmt.Fprintf(&id, " %s=%s", k, c.Params[k])
	}
	return id.String()
}

// cellRuns gathers the repetitions of one cell.
type cellRuns struct {
	*runner
	cell     *Cell
	out      CellResult
	samples  samples
	verdicts [][]linearizability.Verdict
	last     *linearizability.History            // how the last repetition ended, and nothing else of it
	cuts     map[uint64]*linearizability.History // by seed, of simulated runs: what checkpoints held, and nothing else
	reps     int
}

func (cr *cellRuns) init(r *runner, i int) {
	c := &r.plan.Cells[i]
	cr.runner, cr.cell = r, c
	cr.out = CellResult{Name: c.Name, Backend: c.Backend, Label: c.Backend, Ranked: true, Axes: c.Axes, Driver: "live", Folder: filepath.Join("cells", folderName(c.Name))}
	if b, err := r.catalog.backend(c.Backend); err == nil && b.Status != nil {
		s := b.Status()
		cr.out.Label, cr.out.Ranked = cmp.Or(s.Label, c.Backend), !s.Debug
	}
}

// folderName is a cell's name as people can type it in a path.
func folderName(cell string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '.'
	}, cell)
}

// rep runs one repetition and writes what it left.
func (cr *cellRuns) rep(ctx context.Context, rep int) error {
	cr.tell(Progress{Cell: cr.cell.Name, Rep: rep, Reps: cr.plan.Reps, Phase: "run"})
	sub, err := cr.subject(cr.cell)
	if err != nil {
		return err
	}
	dir := filepath.Join(cr.folder, cr.out.Folder)
	if cr.out.Probed == nil {
		cr.out.Probed = cr.probe(cr.cell, filepath.Join(dir, "probes"))
	}
	judging := func() { cr.tell(Progress{Cell: cr.cell.Name, Rep: rep, Reps: cr.plan.Reps, Phase: "judge"}) }
	l := &liveRun{judging: judging, catalog: cr.catalog, cell: cr.cell, subject: sub, rep: rep, seed: cr.plan.Seed, broken: cr.plan.Broken, dir: filepath.Join(dir, fmt.Sprintf("rep-%02d", rep))}
	ev, vs, err := l.run(ctx)
	if err == nil {
		err = writeEvidence(dir, rep, ev, vs)
	}
	if err != nil { // what is left of it makes room on a full disk
		return errors.Join(err, l.discard())
	}
	cr.reps++
	cr.verdicts = append(cr.verdicts, vs)
	cr.samples.add(ev, toMeasure(cr.cell.Phases))
	cr.out.Records = ev.History.Demands.Records
	cr.out.Crashes += len(ev.Recoveries)
	cr.ends(ev.History)
	said := verdict(worst([][]linearizability.Verdict{vs}))
	if said != "pass" || cr.out.Series == nil {
		if s := ev.series(rep); s != nil && (cr.out.Series == nil || cr.out.Story == nil) {
			cr.out.Series = s
		}
	}
	cr.story(vs, l.dir)
	cr.count(ev.History)
	if cr.opts.Keep == "always" || said == "fail" && cr.opts.Keep != "never" {
		said += ", data kept"
	} else if err := l.discard(); err != nil {
		return err
	}
	cr.tell(Progress{Cell: cr.cell.Name, Rep: rep, Reps: cr.plan.Reps, Phase: "judge", Text: said})
	return nil
}

// story keeps the first violation, and porcupine's pages in dir; "": nowhere.
func (cr *cellRuns) story(vs []linearizability.Verdict, dir string) {
	for i := range vs {
		if vs[i].Result != linearizability.Fail {
			continue
		}
		first := cr.out.Story == nil && vs[i].Story != nil
		if first {
			cr.out.Story, cr.out.Reproduce = vs[i].Story, cr.opts.Command
		}
		if len(vs[i].Page) == 0 || dir == "" {
			continue
		}
		name := filepath.Join(dir, vs[i].Check+".html")
		if at, err := filepath.Rel(cr.folder, name); writeFile(name, vs[i].Page) == nil && err == nil && first {
			cr.out.Page = filepath.ToSlash(at)
		}
	}
}

func (cr *cellRuns) count(h *linearizability.History) {
	if cr.out.Hits == nil {
		cr.out.Hits = map[string]int64{}
	}
	for p, n := range h.Hits { // each adds to its own key
		cr.out.Hits[p] += n
	}
}

// result folds the repetitions. What is wrong has no numbers.
func (cr *cellRuns) result() CellResult {
	cr.out.Checks = worst(cr.verdicts)
	cr.out.Verdict = verdict(cr.out.Checks)
	if cr.out.Verdict == "pass" {
		cr.samples.fill(&cr.out)
	}
	return cr.out
}
