package reports

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir"
)

// mixed are cells of several workloads on two backends, which ask what cellOf asks, and so many times more.
func mixed(workloads ...string) *weir.Results {
	r := passing()
	r.Cells = nil
	for i, w := range workloads {
		for _, b := range []string{"heap", "pebble"} {
			c := cellOf(b, "100ms", .24+float64(i)/10, 1e6)
			c.Name, c.Axes = b+" workload="+w, []weir.Setting{{Key: "backend", Value: b}, {Key: "workload", Value: w}}
			for k := range c.Accesses[0].N {
				c.Accesses[0].N[k] *= int64(i + 1)
			}
			r.Cells = append(r.Cells, c)
		}
	}
	return r
}

// Every workload has its rows in Table 3, and backends are compared within one workload.
func TestAskedByWorkload(t *testing.T) {
	g, file, ok := asked(measured(rows(mixed("two", "one"))))
	if !ok {
		t.Fatal("no Table 3")
	}
	var names []string
	for _, line := range g.Rows {
		names = append(names, strings.Join(line[:2], " "))
		if len(line) != len(g.Head) {
			t.Errorf("%q has %d fields, want %d", line, len(line), len(g.Head))
		}
	}
	if want := []string{"one latest", "one alarms", "two latest", "two alarms"}; !slices.Equal(names, want) {
		t.Errorf("rows %q, want %q", names, want)
	}
	if len(file.rows) != 8 {
		t.Errorf("%d rows in the file, want two states of four cells", len(file.rows))
	}
	if want := "A record asks 3.50 (two) to 5.50 (one) times for state"; g.Title != want {
		t.Errorf("title %q, want %q", g.Title, want)
	}
	if want := "no number of a workload differs by more than 0.001."; !strings.Contains(g.How, want) {
		t.Errorf("%q, want %q in it", g.How, want)
	}
}

// Cells with other settings are no other backend's of the same job.
func TestAskedComparesEqualSettings(t *testing.T) {
	r := passing()
	r.Cells = []weir.CellResult{cellOf("heap", "500ms", .2, 2e6), cellOf("pebble", "100ms", .3, 1e6), cellOf("pebble", "500ms", .4, 1e6)}
	all := jobs(measured(rows(r)), func(*weir.CellResult) bool { return true })
	if len(all) != 1 || len(all[0].cells) != 2 || all[0].cells[1].Name != "pebble 500ms" {
		t.Errorf("%+v, want pebble 500ms beside heap 500ms", all)
	}
	g, _, _ := asked(measured(rows(&weir.Results{Cells: r.Cells[:2]})))
	if strings.Contains(g.How, "differs") {
		t.Errorf("%q compares cells with other settings", g.How)
	}
}

// What is asked only to judge a job stands below the rest, is called so, and is not in the title; what was counted the caption says.
func TestAskedForTheCheck(t *testing.T) {
	r := passing()
	c := &r.Cells[0]
	c.Accesses = slices.Insert(c.Accesses, 0, weir.StateAccesses{State: "seen", Kind: "value", Aside: true, N: map[string]int64{"reads": c.Asking, "writes": c.Asking}})
	c.AskedIn = "measure"
	g, _, _ := asked(measured(rows(r)))
	if got, want := strings.Join(g.Rows[len(g.Rows)-1][:3], " "), "seen value, for the check 1.000"; got != want {
		t.Errorf("last row %q, want %q", got, want)
	}
	if want := "A record asks 3.50 times for state; 29 % of that is reading"; g.Title != want {
		t.Errorf("title %q, want %q", g.Title, want)
	}
	if want := "that it was given in phases called measure"; !strings.Contains(g.How, want) {
		t.Errorf("%q, want %q in it", g.How, want)
	}
}

// Each workload has a panel, as long as they are few; those without one are named, and have their numbers.
func TestPanels(t *testing.T) {
	var names []string
	for i := range panelsMax + 2 {
		names = append(names, fmt.Sprint("job-", string(rune('a'+i))))
	}
	r := mixed(names...)
	for _, draw := range []func(*weir.Results, []row) (picture, bool){stateSizes, timersFired} {
		p, ok := draw(r, measured(rows(r)))
		if !ok {
			t.Fatal("no figure")
		}
		svg := p.wide.File(p.title, p.how)
		_, left, _ := strings.Cut(p.note, "Not drawn, but in the numbers: ")
		cells := map[string]bool{}
		for _, line := range p.rows {
			cells[line[0]] = true
		}
		if len(cells) != 2*len(names) {
			t.Errorf("%s has numbers of %d cells, want %d", p.no, len(cells), 2*len(names))
		}
		for i, n := range names {
			drawn, named := strings.Contains(svg, n+": "), strings.Contains(left, n)
			if drawn != (i < panelsMax) || named != (i >= panelsMax) {
				t.Errorf("%s, %s: drawn %v, named as not drawn %v; want the first %d drawn", p.no, n, drawn, named, panelsMax)
			}
		}
	}
}

// Workloads that ask alike have no ends of a range.
func TestAskedAlike(t *testing.T) {
	r := mixed("one", "two")
	for i := range r.Cells {
		r.Cells[i].Accesses = r.Cells[0].Accesses
	}
	g, _, _ := asked(measured(rows(r)))
	if want := "A record asks 3.50 times for state, whatever the workload"; g.Title != want {
		t.Errorf("title %q, want %q", g.Title, want)
	}
}
