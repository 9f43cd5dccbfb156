package reports

import (
	"strings"
	"testing"

	"github.com/weirbench/weir"
)

// What a job asks of its state is told for each record, and a cell that did not pass is never the one it is taken from.
func TestAskedIsForEachRecord(t *testing.T) {
	r := passing()
	g, file, ok := asked(measured(rows(r)))
	if !ok || len(g.Rows) != 2 {
		t.Fatalf("Table 3 has %d rows, want one for each of two states", len(g.Rows))
	}
	if got, want := strings.Join(g.Head, " "), "State Kind Reads Misses Writes Registered Deleted Fired"; got != want {
		t.Errorf("columns %q, want %q: what no state was asked for has none", got, want)
	}
	if got, want := strings.Join(g.Rows[0], " "), "latest value 1.000 < 0.001 1.000 – – –"; got != want {
		t.Errorf("row %q, want %q", got, want)
	}
	if got, want := strings.Join(g.Rows[1], " "), "alarms timers – – – 1.000 < 0.001 0.500"; got != want {
		t.Errorf("row %q, want %q", got, want)
	}
	if want := "A record asks 3.50 times for state; 29 % of that is reading"; g.Title != want {
		t.Errorf("title %q, want %q", g.Title, want)
	}
	if len(file.rows) != 4 {
		t.Errorf("%d rows in the file, want two states of two backends", len(file.rows))
	}
	wrong := failing()
	for i := range wrong.Cells {
		wrong.Cells[i].Verdict = "fail"
	}
	for _, make := range grids() {
		if _, _, ok := make(measured(rows(wrong))); ok {
			t.Error("a table has numbers of cells that did not pass")
		}
	}
}

// A cell with fewer phases than the others has dashes for those that it did not come to; one that reads nothing on purpose shows its length.
func TestInputPhasesLineUp(t *testing.T) {
	r := passing()
	r.Cells[1].Stretches = r.Cells[1].Stretches[:1]
	g, _, ok := inputPhases(measured(rows(r)))
	if !ok {
		t.Fatal("no Table 4 of cells that have phases")
	}
	if got, want := strings.Join(g.Head, " "), "Cell 1 fill 2 settle 3 measure"; got != want {
		t.Errorf("columns %q, want %q", got, want)
	}
	short := 0
	for _, line := range g.Rows {
		if len(line) != len(g.Head) {
			t.Errorf("%q has %d fields, want %d", line, len(line), len(g.Head))
		}
		if line[3] == "–" {
			short++
		} else if !strings.HasPrefix(line[2], "50") {
			t.Errorf("%q: the settling phase shows %q, want its 50 ms", line, line[2])
		}
	}
	if short != 1 {
		t.Errorf("%d cells end early, want 1", short)
	}
}

// A job without timers has no Fig 11, and one without two checkpoints no Fig 10.
func TestNoFigureOfNothing(t *testing.T) {
	r := passing()
	for i := range r.Cells {
		r.Cells[i].Series.Fired, r.Cells[i].Series.State = nil, r.Cells[i].Series.State[:1]
	}
	for _, p := range pictures(r) {
		if p.no == "Fig 10" || p.no == "Fig 11" {
			t.Errorf("%s of nothing: %s", p.no, p.title)
		}
	}
	if _, ok := stateSizes(r, []row{{CellResult: &weir.CellResult{}}}); ok {
		t.Error("a cell without series has a figure")
	}
}
