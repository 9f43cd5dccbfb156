package weir

import "testing"

// What a threshold asks for and nobody measured leaves a cell undecided; a cell that is wrong stays so.
func TestUnmeasuredThreshold(t *testing.T) {
	p := &Plan{Thresholds: []Threshold{{Metric: "throughput", Reduce: "max", Op: ">", Bound: 1}, {Metric: "recovery_time", Reduce: "max", Op: "<", Bound: 1}}}
	cells := []CellResult{
		{Name: "measured", Driver: "live", Verdict: "pass", raw: map[string][]float64{"throughput": {2}, "recovery_time": {3}}},
		{Name: "calm", Driver: "live", Verdict: "pass", raw: map[string][]float64{"throughput": {2}}},
		{Name: "wrong", Driver: "live", Verdict: "fail"},
		{Name: "simulated", Driver: "sim", Verdict: "pass"},
	}
	if got := p.judge(cells); len(got) != 3 || !got[0].Met || !got[1].Met || got[2].Met {
		t.Errorf("judged %+v, want two that hold and the recovery that does not", got)
	}
	p.unmeasured(cells)
	for i, want := range []string{"pass", "undecided", "fail", "pass"} {
		if cells[i].Verdict != want {
			t.Errorf("%s is %s, want %s", cells[i].Name, cells[i].Verdict, want)
		}
	}
}
