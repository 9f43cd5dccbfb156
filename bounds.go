package weir

import (
	"math"
	"slices"
)

// judge holds every threshold against every cell that has the metric. A cell whose verdict is not pass has none: its verdict counts.
func (p *Plan) judge(cells []CellResult) (out []ThresholdResult) {
	for _, t := range p.Thresholds {
		for i := range cells {
			if v, ok := t.reduce(cells[i].raw[t.Metric]); ok {
				out = append(out, ThresholdResult{Metric: t.Metric, Expr: t.Expr, Cell: cells[i].Name, Value: v, Met: t.holds(v), Where: t.Where})
			}
		}
	}
	return out
}

// unmeasured makes a cell undecided in which nothing was measured that a threshold asks for: without a crash no recovery has a time.
func (p *Plan) unmeasured(cells []CellResult) {
	for _, t := range p.Thresholds {
		for i := range cells {
			c := &cells[i]
			if c.Driver != "live" || c.Verdict != "pass" || len(c.raw[t.Metric]) > 0 {
				continue
			}
			c.Verdict = "undecided"
			c.Checks = append(c.Checks, CheckResult{Name: "thresholds", Verdict: "undecided", Reason: "not exercised: " + t.Metric + " is asked for, and none was measured"})
		}
	}
}

func (t *Threshold) reduce(v []float64) (float64, bool) {
	if len(v) == 0 {
		return 0, false
	}
	v = slices.Clone(v)
	slices.Sort(v)
	switch t.Reduce {
	case "min":
		return v[0], true
	case "max":
		return v[len(v)-1], true
	case "avg":
		sum := 0.0
		for _, x := range v {
			sum += x
		}
		return sum / float64(len(v)), true
	case "med":
		return v[(len(v)-1)/2], true
	}
	return v[max(0, int(math.Ceil(t.P/100*float64(len(v))))-1)], true
}

func (t *Threshold) holds(v float64) bool {
	switch t.Op {
	case "<":
		return v < t.Bound
	case "<=":
		return v <= t.Bound
	case ">":
		return v > t.Bound
	}
	return v >= t.Bound
}
