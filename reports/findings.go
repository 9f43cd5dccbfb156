package reports

import (
	"fmt"
	"math"
	"slices"

	"github.com/weirbench/weir"
)

// The titles of figures are findings: sentences made from the numbers. A difference between cells is one only when it rises above the
// noise; otherwise the title says that it does not.

// unclear says why two measured numbers may not be told apart; "" when they may.
func unclear(a, b weir.Summary) string {
	switch n := min(a.N, b.N); {
	case apart(a, b):
		return ""
	case n < apartMin:
		return fmt.Sprintf("with %s a cell, no difference is above the noise", counted(n, "measurement", "measurements"))
	}
	return "the ranges of the repetitions overlap: no difference is above the noise"
}

// ahead is the best cell by a metric, and why it may not be ahead of each other one; "" when it is.
func ahead(cells []row, metric func(row) weir.Summary, better func(a, b float64) bool) (best row, why string) {
	value := func(x row) float64 { return metric(x).P50 }
	best = cells[0]
	for _, x := range cells {
		if better(value(x), value(best)) {
			best = x
		}
	}
	for _, x := range cells {
		if x.Name != best.Name && why == "" {
			why = unclear(metric(best), metric(x))
		}
	}
	return best, why
}

func recoveryOf(x row) weir.Summary   { return x.Recovery }
func throughputOf(x row) weir.Summary { return x.Throughput }
func less(a, b float64) bool          { return a < b }
func greater(a, b float64) bool       { return a > b }

// recovered are the cells that recovered at least once.
func recovered(cells []row) (out []row) {
	for _, x := range cells {
		if x.Recovery.N > 0 {
			out = append(out, x)
		}
	}
	return out
}

// paretoFinding is the title of Fig 1, about ranked cells.
func paretoFinding(cells []row) string {
	if cells = recovered(cells); len(cells) < 2 {
		return "Fewer than two cells are ranked, so none is ahead"
	}
	soonest, a := ahead(cells, recoveryOf, less)
	most, b := ahead(cells, throughputOf, greater)
	s, m := clip(title(soonest.CellResult), 40), clip(title(most.CellResult), 40)
	switch {
	case a == "" && b == "" && soonest.Name == most.Name:
		return s + " is ahead on both axes"
	case a == "" && b == "":
		return fmt.Sprintf("%s recovers soonest, %s carries most", s, m)
	case a == "":
		return fmt.Sprintf("%s recovers soonest; no throughput rises above the noise", s)
	case b == "":
		return fmt.Sprintf("%s carries most; no recovery time rises above the noise", m)
	}
	return capital(a)
}

// phasesFinding is the title of Fig 2: which phase takes most of the time, in how many cells.
func phasesFinding(cells []row) string {
	longest := map[string][]float64{} // shares by phase
	for _, x := range cells {
		name, most := "", -1.0
		for _, ph := range x.Phases {
			if ph.Seconds > most {
				name, most = ph.Name, ph.Seconds
			}
		}
		if x.Recovery.P95 > 0 {
			longest[name] = append(longest[name], most/x.Recovery.P95)
		}
	}
	for _, k := range phaseKeys() {
		shares := longest[k.Name]
		if 2*len(shares) <= len(cells) {
			continue
		}
		where := fmt.Sprintf("in %d of %d cells", len(shares), len(cells))
		if len(shares) == len(cells) {
			where = "in every cell"
		}
		least, most := math.Round(slices.Min(shares)*100), math.Round(slices.Max(shares)*100)
		text := fmt.Sprintf("%s takes the largest part of the time %s", k.Doing, where)
		if least == most {
			return fmt.Sprintf("%s, %.0f %%", text, most)
		}
		return fmt.Sprintf("%s, %.0f to %.0f %%", text, least, most)
	}
	return "No phase takes the largest part of the time in most cells"
}

// timelineFinding is the title of Fig 3.
func timelineFinding(x row) string {
	name := clip(title(x.CellResult), 40)
	all := crashes(x.Series.Marks)
	if len(all) == 0 {
		return name + " runs without a recovery"
	}
	c := all[0]
	text := fmt.Sprintf("%s stops for %s", name, duration(c.restore.To-c.fault.From))
	if c.replay.Text != "" {
		text += fmt.Sprintf("; what was lost is applied again %s later", duration(c.replay.To-c.replay.From))
	}
	return text
}

// tableFinding is the title of Table 1.
func tableFinding(r *weir.Results, all []row) string {
	passed, order := len(measured(all)), ranked(all)
	if len(all) == 0 {
		return "No cell ran"
	}
	if len(r.Thresholds) > 0 {
		n := 0
		for _, x := range all {
			if x.passed() && x.meets() {
				n++
			}
		}
		return fmt.Sprintf("%d of %s met every threshold", n, counted(len(all), "cell", "cells"))
	}
	text := fmt.Sprintf("%d of %s verified", passed, counted(len(all), "cell", "cells"))
	if passed == len(all) {
		text = counted(passed, "cell", "cells") + " verified"
	}
	if len(order) < 2 || len(recovered(order)) < 2 {
		return text
	}
	best, why := ahead(recovered(order), recoveryOf, less)
	if why == "" {
		return fmt.Sprintf("%s; %s recovers soonest", text, clip(title(best.CellResult), 40))
	}
	return fmt.Sprintf("%s; their order is not above the noise", text)
}

func capital(s string) string {
	r := []rune(s)
	if len(r) > 0 && r[0] >= 'a' && r[0] <= 'z' {
		r[0] -= 'a' - 'A'
	}
	return string(r)
}
