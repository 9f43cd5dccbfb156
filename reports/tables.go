package reports

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// A table is Table 1.
type table struct {
	Title, How                  string
	Recovery, Rate, Ckpt, Sizes string // units
	Rows                        []tableRow
	CSV                         template.URL
	Ranges                      bool // ± stands behind throughput
}

// A tableRow is a cell as Table 1 shows it. One that has no verdict of pass has no numbers.
type tableRow struct {
	row
	Hue                                        string
	Recovery, Rate, Spread, Ckpt, Size, Counts string
	RecoveryBar, RateBar                       string // shares of the widest, in percent
	Top, Cut                                   bool
}

// Flag tells of a metric's thresholds: "met", "not met", or "" where there is none.
func (x tableRow) Flag(metric string) string {
	ok, asked := x.Met[metric]
	switch {
	case !asked:
		return ""
	case ok:
		return "met"
	}
	return "not met"
}

// Bar is what a bar is drawn from: the class of its colour and its width.
func (x tableRow) Bar(width string) []string { return []string{x.Hue, width} }

// Passed tells whether there are numbers.
func (x tableRow) Passed() bool { return x.passed() }

func tableOf(r *weir.Results, all []row) table {
	slowest, most, ckpt, bytesMax := 0.0, 0.0, 0.0, 0.0
	for _, x := range measured(all) {
		slowest, most, ckpt, bytesMax = max(slowest, x.Recovery.P95), max(most, x.Throughput.P50), max(ckpt, x.Checkpoint.P95), max(bytesMax, x.FullSize.P50)
	}
	recovery, krec, times, large := seconds(slowest), rates(most), seconds(ckpt), sizes(bytesMax)
	t := table{Title: tableFinding(r, all), Recovery: recovery.name, Rate: krec.name, Ckpt: times.name, Sizes: large.name, Ranges: r.Reps > 1}
	place := -1
	for _, x := range all {
		y := tableRow{row: x, Hue: hue(x.CellResult), Top: x.Rank == 1}
		kind := btoi(x.Rank == 0) + btoi(!x.passed())
		y.Cut = place >= 0 && kind != place
		place = kind
		if x.passed() {
			y.Recovery, y.Rate, y.Ckpt, y.Size = orDash(recovery.text, x.Recovery.P95, x.Recovery.N), orDash(krec.text, x.Throughput.P50, x.Throughput.N), orDash(times.text, x.Checkpoint.P95, x.Checkpoint.N), orDash(large.text, x.FullSize.P50, x.FullSize.N)
			y.Spread, y.Counts = spread(x.Throughput), figures.Group(x.Records)
			y.RecoveryBar, y.RateBar = share(x.Recovery.P95, slowest), share(x.Throughput.P50, most)
		}
		t.Rows = append(t.Rows, y)
	}
	t.How = "ranked by recovery time, from the fault until what was lost is applied again; the scan that verifies is not counted. Throughput leaves outages out."
	if len(r.Thresholds) > 0 {
		t.How = "first the cells that meet every threshold, then the others, each " + t.How
	}
	if t.Ranges {
		t.How += fmt.Sprintf(" ± is half the distance between the least and the most of %d repetitions.", r.Reps)
	}
	if slices.ContainsFunc(all, func(x row) bool { return x.passed() && x.Rank == 0 }) {
		t.How += " A debug build is marked ? and not ranked."
	}
	f := tableFile(all)
	t.CSV = data(f.name+".csv", "text/csv", f.csv())
	return t
}

func share(v, most float64) string {
	if most <= 0 {
		return "0%"
	}
	return fmt.Sprintf("%.1f%%", v/most*100)
}

// tableFile is Table 1 as numbers, in SI base units.
func tableFile(all []row) *picture {
	p := &picture{name: "table1-cells", head: []string{"rank", "cell", "verdict", "ranked", "recovery_p95_s", "throughput_p50_rec_per_s", "throughput_min_rec_per_s", "throughput_max_rec_per_s", "checkpoint_p95_s", "checkpoint_full_size_p50_bytes", "records"}}
	for _, x := range all {
		line := []string{x.rankText(), clip(x.Name, 200), x.Verdict, fmt.Sprint(x.Rank > 0), "", "", "", "", "", "", ""}
		if x.passed() {
			for i, v := range []struct {
				v float64
				n int
			}{{x.Recovery.P95, x.Recovery.N}, {x.Throughput.P50, x.Throughput.N}, {x.Throughput.Min, x.Throughput.N}, {x.Throughput.Max, x.Throughput.N}, {x.Checkpoint.P95, x.Checkpoint.N}, {x.FullSize.P50, x.FullSize.N}, {float64(x.Records), 1}} {
				if v.n > 0 {
					line[4+i] = number(v.v)
				}
			}
		}
		p.rows = append(p.rows, line)
	}
	return p
}

// A matrix says which checks ran on which cell, and what they said.
type matrix struct {
	Title   string
	Checks  []string
	Rows    []matrixRow
	Reasons []openCheck
}

type matrixRow struct {
	*weir.CellResult
	Verdicts []string // by check
}

// An openCheck is what one check said of one cell.
type openCheck struct {
	Cell, Check, Verdict, Reason string
	Judged                       string
}

func matrixOf(r *weir.Results) (m matrix) {
	counts := map[string]int{}
	for i := range r.Cells {
		for _, k := range r.Cells[i].Checks {
			if !slices.Contains(m.Checks, k.Name) && len(m.Checks) < 40 {
				m.Checks = append(m.Checks, k.Name)
			}
			counts[k.Verdict]++
		}
	}
	for i := range r.Cells {
		x := matrixRow{CellResult: &r.Cells[i]}
		for _, name := range m.Checks {
			said := "not applicable"
			for _, k := range r.Cells[i].Checks {
				if k.Name == name {
					said = k.Verdict
					m.Reasons = append(m.Reasons, openCheck{clip(title(&r.Cells[i]), 80), k.Name, k.Verdict, grouped(clip(k.Reason, 300)), figures.Group(k.Judged)})
				}
			}
			x.Verdicts = append(x.Verdicts, said)
		}
		m.Rows = append(m.Rows, x)
	}
	var parts []string
	if n := counts["fail"]; n > 0 {
		parts = append(parts, counted(n, "check fails", "checks fail"))
	}
	if n := counts["undecided"]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d could not be decided", n))
	}
	parts = append(parts, fmt.Sprintf("%d passed", counts["pass"]))
	m.Title = strings.Join(parts, ", ")
	if len(parts) == 1 {
		m.Title = "Every check passed: " + counted(counts["pass"], "verdict", "verdicts")
	}
	return m
}

// openChecks are those that did not pass, failures first.
func openChecks(r *weir.Results) (all []openCheck) {
	for _, want := range []string{"fail", "undecided"} {
		for i := range r.Cells {
			for _, k := range r.Cells[i].Checks {
				if k.Verdict == want {
					all = append(all, openCheck{clip(title(&r.Cells[i]), 80), k.Name, k.Verdict, clip(k.Reason, 600), figures.Group(k.Judged)})
				}
			}
			if len(r.Cells[i].Checks) == 0 && want == "undecided" {
				all = append(all, openCheck{clip(title(&r.Cells[i]), 80), "", "undecided", "nothing was judged: the cell did not run to an end", "0"})
			}
		}
	}
	if s := r.Sim; s != nil && (s.Undecided > 0 || s.Passed == 0 && s.Failed == 0) {
		all = append(all, openCheck{"simulated seeds on " + clip(s.Backend, 40), "", "undecided", fmt.Sprintf("%d of %d undecided, %d vacuous", s.Undecided, s.Seeds, s.Vacuous), ""})
	}
	return all
}

// A simRow is what the seeds of one cell said.
type simRow struct {
	Name, Verdict string
	*weir.SimResult
}

func simRows(r *weir.Results) (all []simRow) {
	for _, c := range simulated(r) {
		all = append(all, simRow{title(c), c.Verdict, c.Sim})
	}
	if s := r.Sim; s != nil {
		all = append(all, simRow{"simulated on " + clip(s.Backend, 40), seedVerdict(s), s})
	}
	return all
}

// seedVerdict is what the seeds behind live cells say together.
func seedVerdict(s *weir.SimResult) string {
	switch {
	case s.Failed > 0:
		return "fail"
	case s.Undecided > 0 || s.Passed == 0:
		return "undecided"
	}
	return "pass"
}
