package weir

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weirbench/weir/linearizability"
)

// sawMost is how many seeds of a cell are kept to be held against those of other backends.
const sawMost = 10_000

// saw keeps what the checkpoints of a simulated run held.
func (cr *cellRuns) saw(run *seedRun) {
	if cr.cuts == nil {
		cr.cuts = map[uint64]*linearizability.History{}
	}
	if h := run.evidence.History; len(cr.cuts) < sawMost {
		cr.cuts[run.seed] = &linearizability.History{Mode: h.Mode, Cuts: h.Cuts}
	}
}

// simulates names what a seed makes of a cell, whatever its backend: the rest is drawn.
func (c *Cell) simulates() string {
	return fmt.Sprint(c.input(), c.Mode, c.Readers, c.Faults)
}

// sameCuts holds what the simulated cells checkpointed against each other: one seed is one schedule and one cut on every backend, so its
// checkpoints must hold the same. A difference is a failure of both cells, for nothing says whose.
func (r *runner) sameCuts(runs []cellRuns) {
	first := map[string]int{}
	for i := range runs {
		id := runs[i].cell.simulates()
		j, known := first[id]
		if !known {
			first[id] = i
			continue
		}
		if runs[i].cell.Backend == runs[j].cell.Backend {
			continue
		}
		v := sameSeeds(runs[j].cuts, runs[i].cuts)
		for _, k := range []int{i, j} {
			r.results.Cells[k].agree(v, runs[i+j-k].cell.Backend)
		}
	}
}

// sameSeeds compares seed by seed. The one that is told of is the least that differs.
func sameSeeds(a, b map[uint64]*linearizability.History) linearizability.Verdict {
	var judged int64
	bad, seeds := linearizability.Verdict{}, 0
	worst := uint64(0)
	for seed, h := range a { // the least seed that differs is found whatever the order
		other := b[seed]
		if other == nil {
			continue
		}
		seeds++
		v := linearizability.CompareCuts([]*linearizability.History{h, other})
		judged += v.Judged
		if v.Result == linearizability.Fail && (bad.Result == "" || seed < worst) {
			bad, worst = v, seed
		}
	}
	switch {
	case bad.Result != "":
		bad.Reason = fmt.Sprintf("seed %d: %s", worst, bad.Reason)
		return bad
	case judged == 0:
		return linearizability.Verdict{Check: "digest", Result: linearizability.NotApplicable}
	}
	return linearizability.Verdict{Check: "digest", Result: linearizability.Pass, Judged: judged,
		Reason: fmt.Sprintf("%d checkpoints of %s hold the same", judged, plural(seeds, "seed", "seeds"))}
}

// agree adds to a cell's results what the comparison with another backend says.
func (c *CellResult) agree(v linearizability.Verdict, with string) {
	if k := c.passed(v.Check); k != nil && v.Result == linearizability.Pass {
		k.Reason, k.Judged = fmt.Sprintf("%s; %s on %s", k.Reason, v.Reason, with), k.Judged+v.Judged
		return
	}
	if v.Result != linearizability.Fail {
		return
	}
	c.Checks = mergeChecks(append(c.Checks, CheckResult{Name: v.Check, Verdict: string(v.Result), Reason: fmt.Sprintf("beside %s, %s", with, v.Reason), Judged: v.Judged}))
	c.Verdict = "fail"
	if c.Story == nil {
		c.Story = v.Story
	}
}

// passed is what a check says that a cell passed, nil when it did not.
func (c *CellResult) passed(check string) *CheckResult {
	for i := range c.Checks {
		if k := &c.Checks[i]; k.Name == check && k.Verdict == "pass" {
			return k
		}
	}
	return nil
}

// ends keeps how a history ended. The rest of it goes: of millions of records it would be in the way of the cells that follow.
func (cr *cellRuns) ends(h *linearizability.History) {
	cr.last = &linearizability.History{Mode: h.Mode}
	if h.Final != nil {
		final := *h.Final
		cr.last.Final = &final
	}
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
		if v.Result == linearizability.Pass {
			for _, i := range same[id] {
				if k := r.results.Cells[i].passed(v.Check); k != nil {
					k.Reason += "; " + v.Reason
				}
			}
		}
		if v.Result != linearizability.Fail {
			continue
		}
		r.warn(v.Reason)
		for _, i := range same[id] {
			c := &r.results.Cells[i]
			c.Verdict = "fail"
			c.Checks = append(c.Checks, CheckResult{Name: v.Check, Verdict: string(v.Result), Reason: v.Reason})
		}
	}
}
