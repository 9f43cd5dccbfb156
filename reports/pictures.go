package reports

import (
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// A picture is a figure with its numbers, drawn wide and narrow.
type picture struct {
	name         string // of its files
	no           string // "Fig 2"
	title, how   string
	note         string // beside it: what else is to be said
	wide, narrow figures.Drawing
	head         []string
	rows         [][]string
}

// csv is the numbers as a file.
func (p *picture) csv() string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write(p.head)
	w.WriteAll(p.rows)
	return b.String()
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// micros writes seconds with the resolution of the engine's clock.
func micros(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 6, 64), "0"), ".")
}

// mark has a colour for each backend of weir's own; those of others have ink.
func mark(c *weir.CellResult) figures.Mark {
	m := figures.Mark{Backend: figures.Ink, Unknown: !c.Ranked}
	switch c.Backend {
	case "heap":
		m.Backend = figures.Heap
	case "pebble":
		m.Backend = figures.Pebble
	case "rocksdb":
		m.Backend = figures.RocksDB
	}
	return m
}

// rowsMax is how many cells a figure shows; all are in its numbers.
const rowsMax = 40

// pictures are the figures that the results have numbers for, in the order of the page.
func pictures(r *weir.Results) (all []picture) {
	cells := measured(rows(r))
	for _, make := range []func(*weir.Results, []row) (picture, bool){pareto, phases} {
		if p, ok := make(r, cells); ok {
			all = append(all, p)
		}
	}
	all = append(all, timelines(cells)...)
	for _, make := range []func(*weir.Results, []row) (picture, bool){stateSizes, timersFired} {
		if p, ok := make(r, cells); ok {
			all = append(all, p)
		}
	}
	return append(all, violation(r)...)
}

// pareto is Fig 1: throughput against recovery time.
func pareto(r *weir.Results, cells []row) (p picture, ok bool) {
	p = picture{name: "fig01-pareto", no: "Fig 1", head: []string{"cell", "rank", "recovery_p95_s", "recovery_min_s", "recovery_max_s", "throughput_p50_rec_per_s", "throughput_min_rec_per_s", "throughput_max_rec_per_s"}}
	most, slowest := 0.0, 0.0
	for _, x := range cells {
		if x.Recovery.N > 0 && x.Throughput.P50 > 0 {
			slowest, most = max(slowest, x.Recovery.Max), max(most, x.Throughput.Max)
		}
	}
	u, v := seconds(slowest), rates(most)
	s := figures.Scatter{X: figures.Scale{Title: "recovery time p95, " + u.name, Unit: u.of}, Y: figures.Scale{Title: "throughput, " + v.name, Unit: v.of}}
	for _, x := range cells {
		if x.Recovery.N == 0 || x.Throughput.P50 <= 0 {
			continue
		}
		p.rows = append(p.rows, []string{clip(x.Name, 200), x.rankText(), micros(x.Recovery.P95), micros(x.Recovery.Min), micros(x.Recovery.Max), number(x.Throughput.P50), number(x.Throughput.Min), number(x.Throughput.Max)})
		if len(s.Points) < rowsMax {
			pt := figures.Point{Mark: mark(x.CellResult), Name: clip(title(x.CellResult), 40), Rank: x.rankText(), X: x.Recovery.P95, Y: x.Throughput.P50, Front: front(x, cells)}
			if x.Recovery.N > 1 {
				pt.XLo, pt.XHi = x.Recovery.Min, x.Recovery.Max
			}
			if x.Throughput.N > 1 {
				pt.YLo, pt.YHi = x.Throughput.Min, x.Throughput.Max
			}
			s.Points = append(s.Points, pt)
		}
	}
	if len(p.rows) < 2 {
		return p, false
	}
	p.title, p.how = paretoFinding(ranked(cells)), "each mark is a cell, numbered as in Table 1; up and to the left is better. The dotted line joins the cells that no other ranked cell beats on both axes."
	if r.Reps > 1 {
		p.how += " Bars: from the least to the most of the repetitions."
	}
	p.wide, p.narrow = s.Draw(figures.Size{W: 480, H: 380}), s.Draw(figures.Size{W: 360, H: 340})
	return p, true
}

// front tells whether no other ranked cell beats a ranked one on both axes.
func front(x row, cells []row) bool {
	for _, y := range cells {
		if y.Rank > 0 && y.Recovery.N > 0 && y.Recovery.P95 <= x.Recovery.P95 && y.Throughput.P50 >= x.Throughput.P50 &&
			(y.Recovery.P95 < x.Recovery.P95 || y.Throughput.P50 > x.Throughput.P50) {
			return false
		}
	}
	return x.Rank > 0
}

// A phaseKey says what a phase is and how it is drawn.
type phaseKey struct {
	figures.Token
	Name, Doc, Doing string
}

func phaseKeys() []phaseKey {
	return []phaseKey{
		{figures.Phase1, "detection", "fault until it is noticed", "Detection"},
		{figures.Phase2, "restart", "until the new attempt runs, the delay of the restart strategy included", "Restarting"},
		{figures.Phase3, "download", "state files are fetched", "Downloading"},
		{figures.Phase4, "restore", "state is opened or rebuilt", "Restoring"},
		{figures.Phase5, "changelog replay", "newer changes are applied", "Replaying the changelog"},
		{figures.Phase6, "re-process", "records since the checkpoint are applied again", "Re-processing"},
		{figures.Phase7, "catch-up", "until throughput is back in its band", "Catching up"},
	}
}

func phaseToken(name string) figures.Token {
	for _, k := range phaseKeys() {
		if k.Name == name {
			return k.Token
		}
	}
	return figures.Phase7
}

// phases is Fig 2: where recovery time goes.
func phases(_ *weir.Results, cells []row) (p picture, ok bool) {
	p = picture{name: "fig02-recovery", no: "Fig 2", how: "each bar is the 95th percentile of the recoveries of one cell, cut into phases from left to right, from the fault until what was lost is applied again. The tall tick is where records flow again."}
	var with []row
	longest, least, most := 0.0, math.MaxInt, 0
	for _, x := range cells {
		if len(x.Phases) > 0 {
			with, longest = append(with, x), max(longest, x.Recovery.P95)
			least, most = min(least, x.Recovery.N), max(most, x.Recovery.N)
		}
	}
	if len(with) == 0 {
		return p, false
	}
	p.head = []string{"cell"}
	for _, ph := range with[0].Phases {
		p.head = append(p.head, ph.Name+"_s")
	}
	p.head = append(p.head, "total_s", "verification_scan_s")
	u, scan := seconds(longest), 0.0
	bars := figures.Bars{X: figures.Scale{Title: fmt.Sprintf("time since the fault, %s (%s)", u.name, recoveries(least, most)), Unit: u.of}, Text: u.text}
	for i, x := range with {
		bar, sum, again := figures.Bar{Mark: mark(x.CellResult), Rank: x.rankText(), Name: clip(title(x.CellResult), 60), Bold: x.Rank == 1}, 0.0, 0.0
		line := []string{clip(x.Name, 200)}
		for _, ph := range x.Phases {
			bar.Parts = append(bar.Parts, figures.Part{Token: phaseToken(ph.Name), Value: ph.Seconds})
			line = append(line, micros(ph.Seconds))
			if ph.Name == "re-process" {
				again = sum
			}
			sum += ph.Seconds
		}
		p.rows = append(p.rows, append(line, micros(sum), micros(x.Verify)))
		scan = max(scan, x.Verify)
		bar.Total, bar.Tick = u.say(sum), again
		if i < rowsMax {
			bars.Bars = append(bars.Bars, bar)
		}
	}
	p.title = phasesFinding(with)
	p.note = fmt.Sprintf("After a restore the whole state is scanned and its digest compared with the checkpoint's. This verification is outside of the bars and of every recovery time here; it took up to %s.", duration(scan))
	if len(with) > rowsMax {
		p.note += fmt.Sprintf(" The first %d of %d cells are drawn; the numbers have all.", rowsMax, len(with))
	}
	p.wide = bars.Draw(figures.Size{W: 748, H: bars.Height(false)})
	p.narrow = bars.Draw(figures.Size{W: 360, H: bars.Height(true)})
	return p, true
}

// recoveries says what a bar stands for, by how many recoveries a cell has.
func recoveries(least, most int) string {
	switch {
	case most == 1:
		return "1 recovery a cell"
	case least == most:
		return fmt.Sprintf("p95 of %d recoveries a cell", most)
	}
	return fmt.Sprintf("p95 of %d to %d recoveries a cell", least, most)
}

// timelines are Fig 3: behaviour over time, of the first cell of each backend.
func timelines(cells []row) (all []picture) {
	seen := map[string]bool{}
	for _, x := range cells {
		if s := x.Series; seen[x.Backend] || s == nil || len(s.Rate) < 3 {
			continue
		}
		seen[x.Backend] = true
		all = append(all, timeline(x))
	}
	for i := range all {
		all[i].no = "Fig 3"
		if len(all) > 1 {
			all[i].no += string(rune('a' + i))
		}
		all[i].name = "fig" + strings.Replace(strings.ToLower(all[i].no[4:]), "3", "03", 1) + "-time"
	}
	return all
}

func timeline(x row) picture {
	s, most := x.Series, 0.0
	for _, v := range s.Rate {
		most = max(most, v)
	}
	u := rates(most)
	p := picture{title: timelineFinding(x), head: []string{"kind", "from_s", "to_s", "rec_per_s", "what"},
		how: fmt.Sprintf("%s, repetition %d, in bins of %s. Grey is a checkpoint, from its trigger to its completion; the red line is the fault, the blue area the recovery until records flow again, the dotted line where what was lost is applied again.",
			clip(title(x.CellResult), 60), s.Rep, exactly(s.Bin))}
	if slices.ContainsFunc(s.Marks, func(m weir.Mark) bool { return m.Kind == "phase" }) {
		p.how += " Along the foot stand the phases of the input."
	}
	if s.Band[1] > s.Band[0] {
		p.how += " The light band holds nine of ten bins before the fault."
	}
	t := figures.Timeline{Rate: figures.Scale{Title: fmt.Sprintf("throughput, %s (bins of %s)", u.name, exactly(s.Bin)), Unit: u.of}, Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1},
		Mark: mark(x.CellResult), Bin: s.Bin, Values: s.Rate, Band: s.Band}
	for i, v := range s.Rate {
		p.rows = append(p.rows, []string{"throughput", micros(float64(i) * s.Bin), micros(float64(i+1) * s.Bin), number(v), ""})
	}
	p.rows = append(p.rows, happened(&t, s.Marks)...)
	p.note = told(s.Marks)
	p.wide, p.narrow = t.Draw(figures.Size{W: 748, H: t.Height(false)}), t.Draw(figures.Size{W: 360, H: t.Height(true)})
	return p
}
