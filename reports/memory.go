package reports

import (
	"fmt"
	"strconv"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

// memory is Table 5: what each cell took of the process, and how long Go's collector stopped it.
func memory(cells []row) (g grid, file picture, ok bool) {
	var most, longest float64
	var with []row
	for _, x := range cells {
		if m := x.Memory; m != (weir.MemoryUse{}) {
			with = append(with, x)
			most, longest = max(most, float64(m.Heap), float64(m.Resident)), max(longest, m.LongestMost)
		}
	}
	if len(with) == 0 {
		return g, file, false
	}
	file = picture{name: "table5-memory", head: []string{"cell", "peak_go_heap_bytes", "peak_resident_bytes", "gc_cycles", "gc_pauses", "gc_longest_pause_most_s"}}
	u, pause := sizes(most), seconds(longest)
	g = grid{No: "Table 5", Name: file.name, Title: fmt.Sprintf("A run takes up to %s of memory, and Go's collector stops it for at most %s", size(most), duration(longest)),
		Head: []string{"Cell", "Peak Go heap, " + u.name, "Peak resident, " + u.name, "Collections", "Pauses", "Longest pause, at most " + pause.name},
		How:  "of the whole process in the first repetition: input, engine, backend and evidence. A backend in C++ shows in the resident memory alone. What a cell left is given back before the next begins. Pauses stop all goroutines for the collector; the longest is the upper edge of its bucket."}
	for i, x := range with {
		m := x.Memory
		file.rows = append(file.rows, []string{clip(x.Name, 200), strconv.FormatInt(m.Heap, 10), strconv.FormatInt(m.Resident, 10), strconv.FormatInt(m.Collections, 10), strconv.FormatInt(m.Pauses, 10), micros(m.LongestMost)})
		if i < rowsMax {
			resident := "–"
			if m.Resident > 0 {
				resident = u.text(float64(m.Resident))
			}
			g.Rows = append(g.Rows, []string{clip(title(x.CellResult), 80), u.text(float64(m.Heap)), resident, figures.Group(m.Collections), figures.Group(m.Pauses), pause.text(m.LongestMost)})
		}
	}
	g.CSV = data(file.name+".csv", "text/csv", file.csv())
	return g, file, true
}
