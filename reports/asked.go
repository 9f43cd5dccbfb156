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

// What a job asks of its state, and how fast its input was read: two tables.

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

// asked is Table 3: the access mix, state by state, for each record, of every workload.
func asked(cells []row) (g grid, file picture, ok bool) {
	with := jobs(cells, func(c *weir.CellResult) bool { return len(c.Accesses) > 0 && c.Asking > 0 })
	if len(with) == 0 {
		return g, file, false
	}
	file = picture{name: "table3-accesses", head: append([]string{"cell", "records", "state", "kind", "for_check"}, askedKinds()...)}
	var kinds []string
	for _, j := range with {
		for _, x := range j.cells {
			file.rows = append(file.rows, accessLines(x)...)
		}
		for _, k := range askedKinds() {
			if slices.ContainsFunc(j.cells[0].Accesses, func(s weir.StateAccesses) bool { return s.N[k] > 0 }) {
				kinds = append(kinds, k)
			}
		}
	}
	kinds = slices.DeleteFunc(askedKinds(), func(k string) bool { return !slices.Contains(kinds, k) })
	g = grid{No: "Table 3", Name: file.name, Head: append([]string{"State", "Kind"}, capitals(kinds)...), CSV: data(file.name+".csv", "text/csv", file.csv())}
	if len(with) > 1 {
		g.Head = slices.Insert(g.Head, 0, "Workload")
	}
	left := 0
	for _, j := range with {
		block := mixRows(j.cells[0], kinds)
		if len(g.Rows) > 0 && len(g.Rows)+len(block) > mixRowsMax {
			left++
			continue
		}
		for _, line := range block {
			if len(with) > 1 {
				line = slices.Insert(line, 0, clip(j.workload, 60))
			}
			g.Rows = append(g.Rows, line)
		}
	}
	g.Title, g.How = mixTitle(with), mixHow(with)
	if left > 0 {
		g.How += fmt.Sprintf(" The file has %s more.", counted(left, "workload", "workloads"))
	}
	return g, file, true
}

// mixRowsMax is how many rows Table 3 may have where there are several workloads.
const mixRowsMax = 60

// accessLines are what a cell asked of each state, as numbers.
func accessLines(x row) (lines [][]string) {
	for _, s := range x.Accesses {
		line := []string{clip(x.Name, 200), strconv.FormatInt(x.Asking, 10), clip(s.State, 100), s.Kind, strconv.FormatBool(s.Aside)}
		for _, k := range askedKinds() {
			line = append(line, strconv.FormatInt(s.N[k], 10))
		}
		lines = append(lines, line)
	}
	return lines
}

// mixRows are the rows of a cell in Table 3: what its job is about, and below that what it asks to be judged.
func mixRows(x row, kinds []string) (rows [][]string) {
	for _, aside := range []bool{false, true} {
		for _, s := range x.Accesses {
			if s.Aside != aside {
				continue
			}
			line := []string{clip(s.State, 60), s.Kind}
			if aside {
				line[1] += ", for the check"
			}
			for _, k := range kinds {
				line = append(line, perRecord(float64(s.N[k])/float64(x.Asking), s.N[k]))
			}
			rows = append(rows, line)
		}
	}
	return rows
}

// mixOf is how often a record asks, and which share of that is reading. What is asked for the check does not count.
func mixOf(x row) (times, reading float64) {
	reads := 0.0
	for _, s := range x.Accesses {
		for k, n := range s.N {
			if s.Aside || k == "misses" {
				continue
			}
			times += float64(n) / float64(x.Asking)
			if k == "reads" || k == "scans" {
				reads += float64(n) / float64(x.Asking)
			}
		}
	}
	return times, reads / max(times, 1e-12)
}

func mixTitle(all []job) string {
	if len(all) == 1 {
		times, reading := mixOf(all[0].cells[0])
		return fmt.Sprintf("A record asks %.2f times for state; %.0f %% of that is reading", times, 100*reading)
	}
	ends, least, most := [2]string{}, 0.0, 0.0
	for i, j := range all {
		times, _ := mixOf(j.cells[0])
		if i == 0 || times < least {
			least, ends[0] = times, clip(j.workload, 40)
		}
		if i == 0 || times > most {
			most, ends[1] = times, clip(j.workload, 40)
		}
	}
	if most-least < .005 {
		return fmt.Sprintf("A record asks %.2f times for state, whatever the workload", most)
	}
	return fmt.Sprintf("A record asks %.2f (%s) to %.2f (%s) times for state", least, ends[0], most, ends[1])
}

// mixHow says what was counted, and of which cells.
func mixHow(all []job) string {
	x := all[0].cells[0]
	records, of, in := figures.Group(x.Asking)+" records", clip(title(x.CellResult), 60), ""
	if len(all) > 1 {
		records, of = "records", "the first cell of each workload"
	}
	if x.AskedIn != "" {
		in = " in phases called " + clip(x.AskedIn, 40)
	}
	how := fmt.Sprintf("how often the operator asks, for each of the %s that it was given%s, in %s. Misses are those of the reads that found nothing. What was applied again after a recovery counts again.", records, in, of)
	if slices.ContainsFunc(all, func(j job) bool {
		return slices.ContainsFunc(j.cells[0].Accesses, func(s weir.StateAccesses) bool { return s.Aside })
	}) {
		how += " What is marked “for the check” a job asks only so that it can be judged, readers included: the backend works for it, and the title does not count it."
	}
	return how + otherCells(all)
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

// otherCells says how far the other backends' cells are from the first of the same workload and the same settings.
func otherCells(all []job) string {
	worst, compared := 0.0, false
	for _, j := range all {
		for _, x := range j.cells[1:] {
			if alike(x, j.cells[0]) {
				worst, compared = max(worst, farthest(j.cells[0], x)), true
			}
		}
	}
	if !compared {
		return ""
	}
	of := ""
	if len(all) > 1 {
		of = " of a workload"
	}
	return fmt.Sprintf(" On the other backends no number%s differs by more than %s.", of, strconv.FormatFloat(math.Ceil(worst*1000)/1000, 'f', 3, 64))
}

// farthest is the largest difference between two cells in what a record asks of a state.
func farthest(x, y row) (worst float64) {
	for _, s := range x.Accesses {
		at := slices.IndexFunc(y.Accesses, func(o weir.StateAccesses) bool { return o.State == s.State && o.Aside == s.Aside })
		for _, k := range askedKinds() {
			a, b := float64(s.N[k])/float64(x.Asking), 0.0
			if at >= 0 {
				b = float64(y.Accesses[at].N[k]) / float64(y.Asking)
			}
			worst = max(worst, math.Abs(a-b))
		}
	}
	return worst
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
