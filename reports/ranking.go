package reports

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weirbench/weir"
)

// A row is a cell at its place in Table 1.
type row struct {
	*weir.CellResult
	Rank int // from 1; 0: not ranked
	// Met says for each metric with thresholds whether this cell meets all of them.
	Met map[string]bool
}

// passed tells whether the row has numbers.
func (x row) passed() bool { return x.Verdict == "pass" && x.Sim == nil }

// rankText is what stands before the name.
func (x row) rankText() string {
	if x.Rank == 0 {
		return ""
	}
	return fmt.Sprint(x.Rank)
}

// meets tells whether no threshold is missed.
func (x row) meets() bool {
	for _, m := range []string{"throughput", "checkpoint_duration", "recovery_time"} {
		if met, asked := x.Met[m]; asked && !met {
			return false
		}
	}
	return true
}

// rows are the live cells in the order of Table 1: those that count, first those that meet every threshold, by recovery time and then by
// throughput; then those that are shown only; then those that are not decided, and those that are wrong.
func rows(r *weir.Results) (all []row) {
	for i := range r.Cells {
		if r.Cells[i].Sim == nil {
			all = append(all, row{CellResult: &r.Cells[i], Met: met(r, r.Cells[i].Name)})
		}
	}
	slices.SortStableFunc(all, func(a, b row) int {
		return cmp.Or(place(a)-place(b), absentLast(a.Recovery.P95, b.Recovery.P95), cmp.Compare(b.Throughput.P50, a.Throughput.P50))
	})
	for i := range all {
		if place(all[i]) <= 1 {
			all[i].Rank = i + 1
		}
	}
	return all
}

func place(x row) int {
	switch {
	case x.Verdict == "fail":
		return 4
	case x.Verdict != "pass":
		return 3
	case !x.Ranked:
		return 2
	case !x.meets():
		return 1
	}
	return 0
}

// absentLast orders times, those that were not measured behind the others.
func absentLast(a, b float64) int {
	if (a == 0) != (b == 0) {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// met folds the thresholds of a cell, by metric.
func met(r *weir.Results, cell string) map[string]bool {
	out := map[string]bool{}
	for _, t := range r.Thresholds {
		if t.Cell == cell {
			before, known := out[t.Metric]
			out[t.Metric] = t.Met && (before || !known)
		}
	}
	return out
}

// simulated are the cells that seeds were run of.
func simulated(r *weir.Results) (all []*weir.CellResult) {
	for i := range r.Cells {
		if r.Cells[i].Sim != nil {
			all = append(all, &r.Cells[i])
		}
	}
	return all
}

// ranked are the rows that count.
func ranked(all []row) (out []row) {
	for _, x := range all {
		if x.Rank > 0 {
			out = append(out, x)
		}
	}
	return out
}

// measured are the rows with numbers.
func measured(all []row) (out []row) {
	for _, x := range all {
		if x.passed() {
			out = append(out, x)
		}
	}
	return out
}

// apartMin is how many repetitions it takes to tell two cells apart.
const apartMin = 3

// apart tells whether a difference rises above the noise: the ranges of two summaries do not overlap.
func apart(a, b weir.Summary) bool {
	return a.N >= apartMin && b.N >= apartMin && (a.Max < b.Min || b.Max < a.Min)
}

// A skippedGroup is what was skipped for one reason.
type skippedGroup struct {
	Names          []string
	Reason, Remedy string
}

func skipped(r *weir.Results) (groups []skippedGroup) {
	for _, s := range r.Skipped {
		i := slices.IndexFunc(groups, func(g skippedGroup) bool { return g.Reason == s.Reason && g.Remedy == s.Remedy })
		if i < 0 {
			i, groups = len(groups), append(groups, skippedGroup{Reason: s.Reason, Remedy: s.Remedy})
		}
		groups[i].Names = append(groups[i].Names, s.Cell)
	}
	return groups
}
