package reports

import (
	"strings"
	"testing"

	"github.com/weirbench/weir"
)

// rivals are two ranked cells, of so many repetitions, the second slower by a factor.
func rivals(reps int, factor, spread float64) *weir.Results {
	r := passing()
	r.Thresholds, r.Reps = nil, reps
	r.Cells = []weir.CellResult{cellOf("heap", "100ms", .3, 5e6), cellOf("pebble", "100ms", .3*factor, 5e6/factor)}
	for i := range r.Cells {
		c := &r.Cells[i]
		rec, rate := c.Recovery.P95, c.Throughput.P50
		var recs, rates []float64
		for j := range reps {
			by := 1 + spread*float64(j%3-1)
			recs, rates = append(recs, rec*by), append(rates, rate*by)
		}
		c.Recovery, c.Throughput = summary(recs...), summary(rates...)
	}
	return r
}

// A difference is a finding only when it rises above the noise; else the title says that it does not.
func TestFindingsAndNoise(t *testing.T) {
	for _, c := range []struct {
		name                string
		r                   *weir.Results
		pareto, table, said string
	}{
		{"far apart", rivals(3, 2, .02), "heap 100ms is ahead on both axes", "heap 100ms recovers soonest", "do not overlap"},
		{"within the noise", rivals(3, 1.03, .05), "The ranges of the repetitions overlap: no difference is above the noise", "not above the noise", "The ranges of the repetitions overlap"},
		{"too few to tell", rivals(1, 2, .02), "With 1\u00a0measurement a cell, no difference is above the noise", "not above the noise", "With 1\u00a0measurement a cell"},
		{"two are not enough", rivals(2, 2, .02), "With 2\u00a0measurements a cell, no difference is above the noise", "not above the noise", "With 2\u00a0measurements a cell"},
	} {
		all := rows(c.r)
		if got := paretoFinding(ranked(all)); got != c.pareto {
			t.Errorf("%s: Fig 1 is called %q, want %q", c.name, got, c.pareto)
		}
		if got := tableFinding(c.r, all); !strings.Contains(got, c.table) {
			t.Errorf("%s: Table 1 is called %q, want %q in it", c.name, got, c.table)
		}
		if got := choose(c.r).But; !strings.Contains(got, c.said) {
			t.Errorf("%s: the choice says %q, want %q in it", c.name, got, c.said)
		}
	}
}

func TestPhasesFinding(t *testing.T) {
	of := func(all ...[]weir.Phase) (out []row) {
		for _, ph := range all {
			c := &weir.CellResult{Phases: ph}
			for _, p := range ph {
				c.Recovery.P95 += p.Seconds
			}
			out = append(out, row{CellResult: c})
		}
		return out
	}
	for _, c := range []struct {
		cells []row
		want  string
	}{
		{of(phasesOf(0, .1, .1, .1, .7), phasesOf(0, .1, 0, 0, .4)), "Re-processing takes the largest part of the time in every cell, 70 to 80 %"},
		{of(phasesOf(0, .1, .1, .1, .7), phasesOf(0, .1, 0, 0, .4), phasesOf(0, 5, 0, 0, 1)), "Re-processing takes the largest part of the time in 2 of 3 cells, 70 to 80 %"},
		{of(phasesOf(0, .1, .1, .1, .7), phasesOf(0, 5, 0, 0, 1)), "No phase takes the largest part of the time in most cells"},
		{of(phasesOf(0, 0, 3, 0, 1)), "Downloading takes the largest part of the time in every cell, 75 %"},
	} {
		if got := phasesFinding(c.cells); got != c.want {
			t.Errorf("Fig 2 is called %q, want %q", got, c.want)
		}
	}
}

// Cells that meet every threshold stand first, then by recovery time; what is not ranked, open or wrong stands behind, in this order.
func TestOrderOfRows(t *testing.T) {
	r := passing()
	r.Cells = append(r.Cells, cellOf("rocksdb", "100ms", .01, 9e9), cellOf("heap", "1s", .001, 1), cellOf("heap", "2s", .001, 1), cellOf("heap", "none", 0, 5e6))
	r.Cells[4].Ranked = false
	r.Cells[5].Verdict, r.Cells[6].Verdict = "fail", "undecided"
	r.Cells[7].Recovery = weir.Summary{}
	r.Thresholds = []weir.ThresholdResult{{Metric: "throughput", Cell: "heap 100ms", Met: false}, {Metric: "throughput", Cell: "heap 100ms", Met: true}}
	var got []string
	for _, x := range rows(r) {
		got = append(got, x.rankText()+":"+x.Name)
	}
	want := "1:pebble 100ms 2:pebble 500ms 3:heap 500ms 4:heap none 5:heap 100ms :rocksdb 100ms :heap 2s :heap 1s"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("the order is %s, want %s", s, want)
	}
}

func TestStrike(t *testing.T) {
	for line, want := range map[string]string{
		`{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0, note: "do: nothing, target: x"}`: "kill task/0 at checkpoint.uploaded",
		`{at: phase 4, do: kill, target: task/0}`:                                                            "kill task/0 at phase 4, fault",
		`{after: 5000 records, do: kill}`:                                                                    "kill after 5000 records",
		`{every: 20 s, do: fail, outcome: torn}`:                                                             "fail every 20 s",
		`at: recovery.detected, do: zombie`:                                                                  "zombie at recovery.detected",
		"something else":                                                                                     "something else",
		"{do: kill, target: \x1b[31mtask\u202e/0":                                                            "kill [31mtask/0",
	} {
		if got := strike(line); got != want {
			t.Errorf("strike(%q) = %q, want %q", line, got, want)
		}
	}
}

// Each crash has the fault before it, and what was replayed behind it.
func TestCrashes(t *testing.T) {
	all := crashes([]weir.Mark{{Kind: "restore", From: 5, To: 6}, {Kind: "fault", From: 1, Text: "first"}, {Kind: "fault", From: 4.5, Text: "second"}, {Kind: "restore", From: 1.5, To: 2, Text: "a"}, {Kind: "replay", From: 2, To: 3, Text: "r"}, {Kind: "fault", From: 9, Text: "late"}})
	if len(all) != 2 || all[0].fault.Text != "first" || all[0].replay.Text != "r" || all[1].fault.Text != "second" || all[1].replay.Text != "" {
		t.Errorf("crashes are %+v", all)
	}
	if got := crashes([]weir.Mark{{Kind: "restore", From: 5, To: 6}}); len(got) != 1 || got[0].fault.From != 5 {
		t.Errorf("a recovery without a fault is %+v", got)
	}
}

func TestUnits(t *testing.T) {
	for got, want := range map[string]string{duration(.239): "239\u00a0ms", duration(12.34): "12.3\u00a0s", duration(.000053): "53.0\u00a0µs", duration(0): "0\u00a0ms", size(22800): "22.3\u00a0KiB", size(512): "512\u00a0B", size(3 << 30): "3.00\u00a0GiB",
		rate(9422387): "9422\u00a0krec/s", rate(12): "12.0\u00a0rec/s", rate(123456789): "123\u00a0457\u00a0krec/s", exactly(.05): "50\u00a0ms", exactly(.0505): "50.5\u00a0ms", grouped("of 26277888 rows, 64 wrong, d9716b6"): "of 26\u00a0277\u00a0888 rows, 64 wrong, d9716b6"} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := clip("a\nb\tc\x1b[31m\u202e\u0085d", 20); got != "a b c[31md" {
		t.Errorf("clip = %q", got)
	}
	if got := clip(strings.Repeat("ä", 100), 5); got != "ääää…" {
		t.Errorf("clip = %q", got)
	}
}
