package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// Which cells stand for a workload, and two figures of them over time: how much state there is, and how many timers fire.

// A job is what cells of one workload have in common: one measured cell of each backend, the first of those that have what is wanted.
type job struct {
	workload string // "" where all cells have the same
	cells    []row
}

// jobs are ordered by name. Backends that are compared have the same settings, if any cells have.
func jobs(cells []row, has func(*weir.CellResult) bool) (all []job) {
	for _, x := range cells {
		if !has(x.CellResult) {
			continue
		}
		w := axis(x.CellResult, "workload")
		i := slices.IndexFunc(all, func(j job) bool { return j.workload == w })
		if i < 0 {
			all = append(all, job{w, []row{x}})
			continue
		}
		j := &all[i]
		switch at := slices.IndexFunc(j.cells, func(o row) bool { return o.Backend == x.Backend }); {
		case at < 0:
			j.cells = append(j.cells, x)
		case !alike(j.cells[at], j.cells[0]) && alike(x, j.cells[0]):
			j.cells[at] = x
		}
	}
	slices.SortStableFunc(all, func(a, b job) int { return strings.Compare(a.workload, b.workload) })
	return all
}

// axis is where a cell stands on an axis, "" when that does not vary.
func axis(c *weir.CellResult, key string) string {
	for _, a := range c.Axes {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// alike tells whether cells differ in nothing but the backend.
func alike(x, y row) bool {
	rest := func(x row) (all []string) {
		for _, a := range x.Axes {
			if a.Key != "backend" {
				all = append(all, a.Key, a.Value)
			}
		}
		return all
	}
	return slices.Equal(rest(x), rest(y))
}

// panelsMax is how many jobs a figure draws, each in a panel of its own; all are in its numbers.
const panelsMax = 8

// draw draws the cells of every job over time. One job has all the room.
func (p *picture) draw(all []job, lines func(j job) figures.Lines) {
	if len(all) == 1 {
		l := lines(all[0])
		p.wide, p.narrow = l.Draw(figures.Size{W: 748, H: 260}), l.Draw(figures.Size{W: 360, H: 240})
		return
	}
	var wide, narrow []figures.Drawing
	for _, j := range all[:min(len(all), panelsMax)] {
		l := lines(j)
		l.Y.Title = clip(j.workload, 40) + ": " + l.Y.Title
		for i := range l.Lines {
			l.Lines[i].Name = clip(j.cells[i].Label, 40)
		}
		wide, narrow = append(wide, l.Draw(figures.Size{W: 366, H: 190})), append(narrow, l.Draw(figures.Size{W: 360, H: 190}))
	}
	p.wide, p.narrow = figures.Panels(wide, 2, 16), figures.Panels(narrow, 1, 16)
	p.how += " Each workload has a panel, with cells and a scale of its own."
	if len(all) > panelsMax {
		var left []string
		for _, j := range all[panelsMax:] {
			left = append(left, clip(j.workload, 40))
		}
		p.note += " Not drawn, but in the numbers: " + several(left, 6) + "."
	}
}

// stateSizes is Fig 10: the state over time, as the completed checkpoints held it.
func stateSizes(_ *weir.Results, cells []row) (p picture, ok bool) {
	with := jobs(cells, func(c *weir.CellResult) bool { return c.Series != nil && len(c.Series.State) > 1 })
	p = picture{name: "fig10-state", no: "Fig 10", head: []string{"cell", "triggered_s", "entries", "bytes"},
		how: "each mark is a completed checkpoint of the first cell of a backend, placed where it was triggered: the whole state as it was encoded, timers included."}
	var most weir.SizeSample
	var largest row
	for _, j := range with {
		for _, x := range j.cells {
			for _, s := range x.Series.State {
				p.rows = append(p.rows, []string{clip(x.Name, 200), micros(s.At), strconv.FormatInt(s.Entries, 10), strconv.FormatInt(s.Bytes, 10)})
				if s.Bytes > most.Bytes {
					most, largest = s, x
				}
			}
		}
	}
	if most.Bytes == 0 {
		return p, false
	}
	p.title = fmt.Sprintf("The state takes up to %s, in %s entries", size(float64(most.Bytes)), figures.Group(most.Entries))
	p.note = fmt.Sprintf("The largest is of %s, %s an entry on average, keys included.", clip(title(largest.CellResult), 60), size(float64(most.Bytes)/float64(max(1, most.Entries))))
	p.draw(with, sizeLines)
	return p, true
}

func sizeLines(j job) figures.Lines {
	most := int64(0)
	for _, x := range j.cells {
		for _, s := range x.Series.State {
			most = max(most, s.Bytes)
		}
	}
	u := sizes(float64(most))
	l := figures.Lines{Y: figures.Scale{Title: "state in a checkpoint, " + u.name, Unit: u.of}, Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1}}
	for _, x := range j.cells {
		line := figures.Line{Mark: mark(x.CellResult), Name: clip(title(x.CellResult), 40)}
		for _, s := range x.Series.State {
			line.At, line.Values = append(line.At, s.At), append(line.Values, float64(s.Bytes))
		}
		l.Lines = append(l.Lines, line)
	}
	return l
}

// timersFired is Fig 11: timers a second over time.
func timersFired(_ *weir.Results, cells []row) (p picture, ok bool) {
	with := jobs(cells, func(c *weir.CellResult) bool { return c.Series != nil && len(c.Series.Fired) > 0 })
	if len(with) == 0 {
		return p, false
	}
	p = picture{name: "fig11-timers", no: "Fig 11", head: []string{"cell", "from_s", "to_s", "timers_per_s"}, title: firing(with),
		note: "The rates in the title are those of the whole run, outages included.",
		how:  "timers that were taken out of the store to fire, in the same bins as the throughput of the first cell of each backend. Those that fire again after a recovery count again."}
	for _, j := range with {
		for _, x := range j.cells {
			s := x.Series
			for i, v := range s.Fired {
				p.rows = append(p.rows, []string{clip(x.Name, 200), micros(float64(i) * s.Bin), micros(float64(i+1) * s.Bin), number(v)})
			}
		}
	}
	p.draw(with, firedLines)
	return p, true
}

// firing says how many timers each backend fires, or of several jobs the one that fires most.
func firing(all []job) string {
	var found []string
	best, most := "", 0.0
	for _, j := range all {
		for _, x := range j.cells {
			sum := 0.0
			for _, v := range x.Series.Fired {
				sum += v
			}
			if !x.Ranked && len(j.cells) > 1 {
				continue
			}
			mean := sum / float64(max(1, len(x.Series.Fired)))
			text := fmt.Sprintf("%s fires %s", clip(title(x.CellResult), 40), strings.Replace(rate(mean), "rec/s", "timers/s", 1))
			if found = append(found, text); best == "" || mean > most {
				best, most = text, mean
			}
		}
	}
	switch {
	case len(found) == 0:
		return "Timers fire on debug builds alone: their rates say nothing of the backends"
	case len(all) > 1:
		return best + ", the most of all"
	}
	return strings.Join(found, ", ")
}

func firedLines(j job) figures.Lines {
	most := 0.0
	for _, x := range j.cells {
		most = max(most, slices.Max(x.Series.Fired))
	}
	u := rates(most)
	l := figures.Lines{Y: figures.Scale{Title: "timers fired, " + strings.Replace(u.name, "rec/s", "timers/s", 1), Unit: u.of}, Time: figures.Scale{Title: "time since the start of the run, s", Unit: 1}}
	for _, x := range j.cells {
		line := figures.Line{Mark: mark(x.CellResult), Name: clip(title(x.CellResult), 40), Steps: true}
		for i, v := range x.Series.Fired {
			line.At, line.Values = append(line.At, float64(i)*x.Series.Bin), append(line.Values, v)
		}
		l.Lines = append(l.Lines, line)
	}
	return l
}
