package weir

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirbench/weir/linearizability"
)

// simulate runs seeds of the heap behind the live cells, as many as the plan says or as fit into its seconds.
func (r *runner) simulate(ctx context.Context) error {
	if r.opts.Sim || r.plan.SimSeeds == 0 && r.plan.SimSeconds == 0 || len(r.plan.Cells) == 0 {
		return nil
	}
	cell := r.plan.Cells[0]
	cell.Backend = "heap"
	cell.Faults = nil
	res, err := r.seeds(ctx, &cell, r.plan.SimSeeds, time.Duration(r.plan.SimSeconds*float64(time.Second)), nil)
	r.results.Sim = res
	return err
}

// simCells simulates every cell of the plan, with the faults that it names and those that are drawn.
func (r *runner) simCells(ctx context.Context, runs []cellRuns) error {
	n := r.opts.Seeds
	if n == 0 {
		n = 100
	}
	for i := range runs {
		cr := &runs[i]
		cr.out.Driver = "sim"
		var err error
		cr.out.Sim, err = r.seeds(ctx, cr.cell, n, 0, cr)
		cr.out.Checks = mergeChecks(cr.out.Checks)
		cr.out.Verdict = verdict(cr.out.Checks)
		if s := cr.out.Sim; s != nil {
			cr.out.Story, cr.out.Reproduce, cr.out.Crashes = s.Story, s.Reproduce, s.Crashes
		}
		r.results.Cells = append(r.results.Cells, cr.out)
		if err != nil {
			return err
		}
	}
	r.sameCuts(runs)
	return nil
}

// seeds simulates seeds of a cell, n of them or as many as fit into a time.
func (r *runner) seeds(ctx context.Context, cell *Cell, n int, fit time.Duration, cr *cellRuns) (*SimResult, error) {
	dir, err := os.MkdirTemp("", "weir-sim-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s, err := r.catalog.simulator(cell, dir, SimOptions{Faults: 3, Mutant: r.plan.Broken, Porcupine: true})
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	out := &SimResult{Backend: cell.Backend, From: r.opts.FirstSeed}
	if out.From == 0 {
		out.From = r.plan.Seed
	}
	for i := 0; ctx.Err() == nil && (i < n || fit > 0 && time.Since(begun) < fit); i++ {
		run, err := s.run(out.From + uint64(i))
		if err != nil {
			return out, fmt.Errorf("seed %d: %w", out.From+uint64(i), err)
		}
		out.take(run, cell, cr)
		if i%64 == 0 {
			r.tell(Progress{Cell: cell.Name, Phase: "simulate", Done: int64(i), Total: int64(n)})
		}
	}
	out.Rate = float64(out.Seeds) / time.Since(begun).Seconds()
	if out.Failed > 0 {
		out.Reproduce = r.again(cell, out.First, cr == nil)
	}
	return out, context.Cause(ctx)
}

// again is the line that simulates one seed of a cell again. The seeds behind live cells are those of the first cell on the heap, with no
// faults but the drawn ones.
func (r *runner) again(cell *Cell, seed uint64, behind bool) string {
	if r.opts.Again == nil { // of a flag that is given twice the last counts
		again := cmp.Or(r.opts.Command, "weir run "+strings.TrimPrefix(r.plan.File, "builtin:"))
		return fmt.Sprintf("%s --sim --seeds 1 --seed %d --filter backend:%s", again, seed, cell.Backend)
	}
	var sets, terms []string
	if behind {
		sets = []string{"state.backend.type=heap", "faults=[]"}
	}
	for _, a := range cell.Axes {
		if !behind || a.Key != "backend" {
			terms = append(terms, a.Key+":"+strconv.Quote(a.Value))
		}
	}
	return r.opts.Again(seed, sets, strings.Join(terms, " "))
}

// take counts one seed. One on which nothing struck or nothing was recovered is vacuous: it says little, and is not counted as passed.
func (out *SimResult) take(run *seedRun, cell *Cell, cr *cellRuns) {
	out.Seeds++
	struck := 0
	for _, s := range run.evidence.History.Strikes {
		struck += s.Struck
	}
	out.Faults += struck
	out.Crashes += len(run.evidence.Recoveries)
	failed, undecided := false, false
	for i := range run.verdicts {
		v := &run.verdicts[i]
		failed = failed || v.Result == linearizability.Fail
		undecided = undecided || v.Result == linearizability.Undecided
		if v.Result == linearizability.Fail && out.Story == nil && v.Story != nil {
			out.Story = v.Story
		}
	}
	switch {
	case failed:
		if out.Failed++; out.Failed == 1 {
			out.First = run.seed
		}
	case run.vacuous():
		out.Vacuous++
	case undecided:
		out.Undecided++
	default:
		out.Passed++
	}
	if cr != nil {
		if failed || !run.vacuous() { // seeds on which nothing happened are counted apart
			cr.out.Checks = append(cr.out.Checks, worst([][]linearizability.Verdict{run.verdicts})...)
		}
		if len(cr.out.Checks) > 256 {
			cr.out.Checks = mergeChecks(cr.out.Checks)
		}
		cr.saw(run)
		cr.out.TraceHash = chain(cr.out.TraceHash, run.evidence.Trace)
		cr.count(run.evidence.History)
		cr.out.Records += int64(run.evidence.History.Demands.Records)
	}
}

// vacuous: no fault struck, nothing was recovered from, or what a check rests on did not happen.
func (run *seedRun) vacuous() bool {
	struck := false
	for _, s := range run.evidence.History.Strikes {
		struck = struck || s.Struck > 0
	}
	for i := range run.verdicts {
		if v := &run.verdicts[i]; v.Result == linearizability.Undecided && strings.HasPrefix(v.Reason, "not exercised") {
			return true
		}
	}
	return !struck || len(run.evidence.Recoveries) == 0
}

// chain folds the trace of one seed into the hash of all; one seed's hash is its own.
func chain(hash string, trace uint64) string {
	var h uint64
	if hash != "" {
		fmt.Sscanf(hash, "%x", &h)
		trace = (h ^ trace) * 0x9E3779B97F4A7C15
		trace ^= trace >> 29
	}
	return fmt.Sprintf("%016x", trace)
}

// mergeChecks folds results of the same check: the worst verdict, with its reason.
func mergeChecks(all []CheckResult) (out []CheckResult) {
	rank := []string{"not applicable", "pass", "undecided", "fail"}
	for _, c := range all {
		i := slices.IndexFunc(out, func(o CheckResult) bool { return o.Name == c.Name })
		if i < 0 {
			out = append(out, c)
			continue
		}
		if slices.Index(rank, c.Verdict) > slices.Index(rank, out[i].Verdict) {
			out[i].Verdict, out[i].Reason = c.Verdict, c.Reason
		}
		out[i].Judged += c.Judged
	}
	return out
}
