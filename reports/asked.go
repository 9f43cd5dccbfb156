package reports

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// What a job asks of its state, and how much of it there is: two figures over time and two tables.

// firsts are the first measured cell of each backend, of those that have what is wanted.
func firsts(cells []row, has func(*weir.CellResult) bool) (all []row) {
	seen := map[string]bool{}
	for _, x := range cells {
		if !seen[x.Backend] && has(x.CellResult) {
			seen[x.Backend] = true
			all = append(all, x)
		}
	}
	return all
}

// stateSizes is Fig 10: the state over time, as the completed checkpoints held it.
func stateSizes(_ *weir.Results, cells []row) (p picture, ok bool) {
	with := firsts(cells, func(c *weir.CellResult) bool { return c.Series != nil && len(c.Series.State) > 1 })
	if len(with) == 0 {
		return p, false
	}
	p = picture{name: "fig10-state", no: "Fig 10", head: []string{"cell", "triggered_s", "entries", "bytes"},
		how: "each mark is a completed checkpoint of the first cell of a backend, placed where it was triggered: the whole state as it was encoded, timers included."}
	var most weir.SizeSample
	var largest row
	for _, x := range with {
		for _, s := range x.Series.State {
			p.rows = append(p.rows, []string{clip(x.Name, 200), micros(s.At), strconv.FormatInt(s.Entries, 10), strconv.FormatInt(s.Bytes, 10)})
			if s.Bytes > most.Bytes {
				most, largest = s, x
			}
		}
	}
	if most.Bytes == 0 {
		return p, false
	}
	u := sizes(float64(most.Bytes))
	l := figures.Lines{Y: figures.Scale{Title: "state in a checkpoint, " + u.name, Unit: u.of}, Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1}}
	for _, x := range with {
		line := figures.Line{Mark: mark(x.CellResult), Name: clip(title(x.CellResult), 40)}
		for _, s := range x.Series.State {
			line.At, line.Values = append(line.At, s.At), append(line.Values, float64(s.Bytes))
		}
		l.Lines = append(l.Lines, line)
	}
	p.title = fmt.Sprintf("The state takes up to %s, in %s entries", size(float64(most.Bytes)), figures.Group(most.Entries))
	p.note = fmt.Sprintf("The largest is of %s, %s an entry on average, keys included.", clip(title(largest.CellResult), 60), size(float64(most.Bytes)/float64(max(1, most.Entries))))
	p.wide, p.narrow = l.Draw(figures.Size{W: 748, H: 260}), l.Draw(figures.Size{W: 360, H: 240})
	return p, true
}

// timersFired is Fig 11: timers a second over time.
func timersFired(_ *weir.Results, cells []row) (p picture, ok bool) {
	with := firsts(cells, func(c *weir.CellResult) bool { return c.Series != nil && len(c.Series.Fired) > 0 })
	if len(with) == 0 {
		return p, false
	}
	p = picture{name: "fig11-timers", no: "Fig 11", head: []string{"cell", "from_s", "to_s", "timers_per_s"},
		how: "timers that were taken out of the store to fire, in the same bins as the throughput of the first cell of each backend. Those that fire again after a recovery count again."}
	most := 0.0
	var found []string
	for _, x := range with {
		s, sum, busy := x.Series, 0.0, 0.0
		for i, v := range s.Fired {
			p.rows = append(p.rows, []string{clip(x.Name, 200), micros(float64(i) * s.Bin), micros(float64(i+1) * s.Bin), number(v)})
			most = max(most, v)
			if v > 0 {
				sum, busy = sum+v, busy+1
			}
		}
		if x.Ranked || len(with) == 1 {
			found = append(found, fmt.Sprintf("%s fires %s", clip(title(x.CellResult), 40), strings.Replace(rate(sum/max(1, busy)), "rec/s", "timers/s", 1)))
		}
	}
	if len(found) == 0 {
		found = []string{"Timers fire on debug builds alone: their rates say nothing of the backends"}
	}
	u := rates(most)
	l := figures.Lines{Y: figures.Scale{Title: "timers fired, " + strings.Replace(u.name, "rec/s", "timers/s", 1), Unit: u.of}, Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1}}
	for _, x := range with {
		line := figures.Line{Mark: mark(x.CellResult), Name: clip(title(x.CellResult), 40), Steps: true}
		for i, v := range x.Series.Fired {
			line.At, line.Values = append(line.At, float64(i)*x.Series.Bin), append(line.Values, v)
		}
		l.Lines = append(l.Lines, line)
	}
	p.title = strings.Join(found, ", ")
	p.note = "The rates in the title are means over the bins in which any timer fired."
	p.wide, p.narrow = l.Draw(figures.Size{W: 748, H: 260}), l.Draw(figures.Size{W: 360, H: 240})
	return p, true
}

// A grid is a small table: Table 3 to 6.
type grid struct {
	No, Title, How string
	Head           []string
	Rows           [][]string
	Name           string
	CSV            template.URL
}

// grids are the tables that measured cells may have numbers for.
func grids() []func(cells []row) (grid, picture, bool) {
	return []func(cells []row) (grid, picture, bool){asked, inputPhases, memory, differs}
}

// askedKinds are what may be asked of a state, in the order of the columns.
func askedKinds() []string {
	return []string{"reads", "misses", "writes", "adds", "scans", "removals", "registered", "deleted", "fired"}
}

// asked is Table 3: the access mix, state by state, for each record.
func asked(cells []row) (g grid, file picture, ok bool) {
	with := firsts(cells, func(c *weir.CellResult) bool { return len(c.Accesses) > 0 && c.Asking > 0 })
	if len(with) == 0 {
		return g, file, false
	}
	file = picture{name: "table3-accesses", head: append([]string{"cell", "records", "state", "kind"}, askedKinds()...)}
	for _, x := range with {
		for _, s := range x.Accesses {
			line := []string{clip(x.Name, 200), strconv.FormatInt(x.Asking, 10), clip(s.State, 100), s.Kind}
			for _, k := range askedKinds() {
				line = append(line, strconv.FormatInt(s.N[k], 10))
			}
			file.rows = append(file.rows, line)
		}
	}
	x := with[0]
	var kinds []string
	for _, k := range askedKinds() {
		if slices.ContainsFunc(x.Accesses, func(s weir.StateAccesses) bool { return s.N[k] > 0 }) {
			kinds = append(kinds, k)
		}
	}
	g = grid{No: "Table 3", Name: file.name, Head: append([]string{"State", "Kind"}, capitals(kinds)...), CSV: data(file.name+".csv", "text/csv", file.csv())}
	total, reads := 0.0, 0.0
	for _, s := range x.Accesses {
		line := []string{clip(s.State, 60), s.Kind}
		for _, k := range kinds {
			n := float64(s.N[k]) / float64(x.Asking)
			line = append(line, perRecord(n, s.N[k]))
			if k != "misses" {
				total += n
			}
			if k == "reads" || k == "scans" {
				reads += n
			}
		}
		g.Rows = append(g.Rows, line)
	}
	g.Title = fmt.Sprintf("A record asks %s times for state; %.0f %% of that is reading", strconv.FormatFloat(total, 'f', 2, 64), 100*reads/max(total, 1e-12))
	g.How = fmt.Sprintf("how often the operator asks, for each of the %s records that it was given, in %s. Misses are those of the reads that found nothing. What was applied again after a recovery counts again.%s",
		figures.Group(x.Asking), clip(title(x.CellResult), 60), otherCells(with))
	return g, file, true
}

func capitals(words []string) (all []string) {
	for _, w := range words {
		all = append(all, strings.ToUpper(w[:1])+w[1:])
	}
	return all
}

// perRecord writes a number for each record; what is there and rounds to nothing is not shown as nothing.
func perRecord(n float64, count int64) string {
	switch {
	case count == 0:
		return "–"
	case n < .001:
		return "< 0.001"
	}
	return strconv.FormatFloat(n, 'f', 3, 64)
}

// otherCells says how far the other backends' cells are from the first.
func otherCells(with []row) string {
	worst := 0.0
	for _, x := range with[1:] {
		for _, s := range with[0].Accesses {
			at := slices.IndexFunc(x.Accesses, func(o weir.StateAccesses) bool { return o.State == s.State })
			for _, k := range askedKinds() {
				a, b := float64(s.N[k])/float64(with[0].Asking), 0.0
				if at >= 0 {
					b = float64(x.Accesses[at].N[k]) / float64(x.Asking)
				}
				worst = max(worst, math.Abs(a-b))
			}
		}
	}
	if len(with) < 2 {
		return ""
	}
	return fmt.Sprintf(" On the other backends no number differs by more than %s.", strconv.FormatFloat(math.Ceil(worst*1000)/1000, 'f', 3, 64))
}

// inputPhases is Table 4: how fast each cell went through the phases of the input.
func inputPhases(cells []row) (g grid, file picture, ok bool) {
	var with []row
	for _, x := range cells {
		if len(x.Stretches) > 0 {
			with = append(with, x)
		}
	}
	if len(with) == 0 {
		return g, file, false
	}
	file = picture{name: "table4-input-phases", head: []string{"cell", "phase", "from_s", "to_s", "records", "down_s", "rec_per_s"}}
	most, longest := 0.0, with[0]
	for _, x := range with {
		if len(x.Stretches) > len(longest.Stretches) {
			longest = x
		}
		for _, s := range x.Stretches {
			file.rows = append(file.rows, []string{clip(x.Name, 200), clip(s.Name, 60), micros(s.From), micros(s.To), strconv.FormatInt(s.Records, 10), micros(s.Down), number(s.Rate())})
			most = max(most, s.Rate())
		}
	}
	u := rates(most)
	g = grid{No: "Table 4", Name: file.name, Head: []string{"Cell"}, CSV: data(file.name+".csv", "text/csv", file.csv()),
		How: "each phase of the input in the order in which it was read, and how fast, while the job ran: from when all sources were in it until all that they read in it was applied, or until the crash that a fault phase brought, behind which what was lost is applied again. The time of outages is left out. Only what is called measure counts for Table 1. To settle, nothing is read on purpose; there it says how long that was, and what a source read that was ahead of the others counts nowhere."}
	for i, s := range longest.Stretches {
		g.Head = append(g.Head, fmt.Sprintf("%d %s", i+1, clip(s.Name, 30)))
	}
	for _, x := range with[:min(len(with), rowsMax)] {
		line := []string{clip(title(x.CellResult), 80)}
		for _, s := range x.Stretches {
			switch {
			case s.Name != "settle" && s.Records > 0 && s.Rate() > 0:
				line = append(line, u.text(s.Rate()))
			case s.To > s.From:
				line = append(line, duration(s.To-s.From))
			default:
				line = append(line, "–")
			}
		}
		for len(line) < len(g.Head) {
			line = append(line, "–")
		}
		g.Rows = append(g.Rows, line)
	}
	g.Title = "The input in phases, " + u.name
	return g, file, true
}
