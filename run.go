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
	"time"

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
	Log       *slog.Logger
}

// Progress is told before each repetition and while seeds run.
type Progress struct {
	Cell        string
	Rep, Reps   int
	Phase       string // "run", "judge", "simulate"
	Done, Total int64  // seeds, or 0
	Text        string // what the repetition said, once it is over
}

// Run runs a plan and judges what it saw. It writes a run folder, which is complete when Run returns and can be read, as far as it came,
// when it does not. The error is nil whatever the verdict; when ctx ends, it is ctx's and the results are those of what had run.
func Run(ctx context.Context, c Catalog, p *Plan, o RunOptions) (*Results, error) {
	r := &runner{catalog: &c, plan: p, opts: o, results: newResults(p, o)}
	r.results.Machine.RocksDB = c.rocksdb()
	if err := r.begin(); err != nil {
		return nil, err
	}
	err := r.cells(ctx)
	if err == nil {
		err = r.simulate(ctx)
	}
	if err != nil && ctx.Err() == nil {
		r.results.Warnings = append(r.results.Warnings, "the run broke off: "+err.Error())
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
	subjects map[string]*subject
	broke    bool // ended early
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
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := runs[i].rep(ctx, rep); err != nil {
				return fmt.Errorf("cell %s, repetition %d: %w", runs[i].cell.Name, rep, err)
			}
		}
	}
	return nil
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
	last     *linearizability.History
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
	l := &liveRun{catalog: cr.catalog, cell: cr.cell, subject: sub, rep: rep, seed: cr.plan.Seed, broken: cr.plan.Broken, dir: filepath.Join(dir, fmt.Sprintf("rep-%02d", rep))}
	ev, vs, err := l.run(ctx)
	if ev != nil {
		if werr := writeEvidence(dir, rep, ev, vs); err == nil {
			err = werr
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			l.discard()
		}
		return err
	}
	cr.reps++
	cr.verdicts = append(cr.verdicts, vs)
	cr.samples.add(ev)
	cr.out.Records = ev.History.Demands.Records
	cr.out.Crashes += len(ev.Recoveries)
	cr.last = ev.History
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

// acrossBackends holds the final states of cells that read the same input up to the same offsets against each other.
func (r *runner) acrossBackends(runs []cellRuns) {
	same := map[string][]int{}
	for i := range runs {
		if h := runs[i].last; h != nil && h.Mode == linearizability.ExactlyOnce && h.Final != nil {
			id := fmt.Sprint(runs[i].cell.input(), h.Final.Offsets)
			same[id] = append(same[id], i)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(same)) {
		var hs []*linearizability.History
		for _, i := range same[id] {
			hs = append(hs, runs[i].last)
		}
		v := linearizability.CompareFinal(hs)
		if v.Result != linearizability.Fail {
			continue
		}
		r.results.Warnings = append(r.results.Warnings, v.Reason)
		for _, i := range same[id] {
			c := &r.results.Cells[i]
			c.Verdict = "fail"
			c.Checks = append(c.Checks, CheckResult{Name: v.Check, Verdict: string(v.Result), Reason: v.Reason})
		}
	}
}

// conclude makes the verdict, the headline and the exit code.
func (r *runner) conclude(err error) {
	res := r.results
	seen := map[string]int{}
	for i := range res.Cells {
		seen[res.Cells[i].Verdict]++
	}
	if s := res.Sim; s != nil {
		seen["fail"] += min(1, s.Failed)
		seen["undecided"] += min(1, s.Undecided)
		seen["pass"] += min(1, s.Passed)
	}
	switch {
	case seen["fail"] > 0:
		res.Verdict, res.Exits = "fail", append(res.Exits, 10)
	case seen["undecided"] > 0 || seen["pass"] == 0:
		res.Verdict, res.Exits = "undecided", append(res.Exits, 11)
	default:
		res.Verdict = "pass"
	}
	for _, t := range res.Thresholds {
		if !t.Met && !slices.Contains(res.Exits, 20) {
			res.Exits = append(res.Exits, 20)
		}
	}
	if len(res.Exits) > 0 {
		res.Exit = slices.Min(res.Exits)
	}
	switch {
	case errors.Is(err, context.Canceled):
		res.Exit, res.Exits = 130, append(res.Exits, 130)
	case err != nil:
		res.Exit, res.Exits = 1, append(res.Exits, 1)
	}
	repeats := slices.ContainsFunc(r.plan.Cells, func(c Cell) bool { return c.Mode == linearizability.AtLeastOnce })
	res.Headline = headline(res, repeats)
	res.Took = time.Since(res.Started).Seconds()
}

// headline says what holds, in one line. Repeats are what at-least-once allows.
func headline(res *Results, repeats bool) string {
	cells, crashes := map[string][]string{}, 0
	for i := range res.Cells {
		c := &res.Cells[i]
		cells[c.Verdict] = append(cells[c.Verdict], c.Name)
		crashes += c.Crashes
	}
	var parts []string
	n, verified := len(res.Cells), len(cells["pass"])
	switch wrong, open := cells["fail"], cells["undecided"]; {
	case n == 0:
	case len(wrong) > 0:
		parts = append(parts, fmt.Sprintf("%d of %d cells %s wrong: %s", len(wrong), n, isOrAre(len(wrong)), few(wrong)), fmt.Sprintf("%d verified", verified))
	case len(open) > 0:
		parts = append(parts, fmt.Sprintf("%d of %d cells %s not decided: %s", len(open), n, isOrAre(len(open)), few(open)), fmt.Sprintf("%d verified", verified))
	case repeats:
		parts = append(parts, fmt.Sprintf("%d of %d cells verified", verified, n), "0 lost")
	default:
		parts = append(parts, fmt.Sprintf("%d of %d cells verified", verified, n), "0 lost", "0 duplicated")
	}
	if n > 0 {
		parts = append(parts, plural(crashes, "crash", "crashes"))
	}
	if s := res.Sim; s != nil {
		if s.Failed == 0 {
			parts = append(parts, fmt.Sprintf("%s without alarm", plural(s.Passed, "simulated seed", "simulated seeds")))
		} else {
			parts = append(parts, fmt.Sprintf("%d of %d simulated seeds failed", s.Failed, s.Seeds))
		}
	}
	if len(parts) == 0 {
		return "no cell ran"
	}
	return strings.Join(parts, " · ")
}

// few names at most three.
func few(names []string) string {
	if n := len(names); n > 3 {
		return strings.Join(names[:2], ", ") + fmt.Sprintf(" and %d more", n-2)
	}
	return strings.Join(names, ", ")
}

func isOrAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
