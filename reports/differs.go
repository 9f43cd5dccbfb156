package reports

import (
	"fmt"
	"strconv"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends/probes"
)

// differs is Table 6: what the backends of a run do where backends may differ, as they were asked at the run.
func differs(cells []row) (g grid, file picture, ok bool) {
	with := firsts(cells, func(c *weir.CellResult) bool { return c.Probed != nil })
	if len(with) == 0 {
		return g, file, false
	}
	file = picture{name: "table6-backends", head: []string{"cell", "equal_keys", "reuse_safe", "get_and_set_over_map"}}
	g = grid{No: "Table 6", Name: file.name, Title: "How these backends differ",
		Head: []string{"Backend", "0.0 and −0.0, which == says are equal, are", "An object that is changed after Set", fmt.Sprintf("Get and Set of %d words, × a Go map", probes.Words)},
		How:  "asked at this run, of a store of its own, before the first cell of each backend. Live objects are compared by == and are shared with whoever has them; bytes are compared as bytes and are copies, and that copies are made costs what the last column says: a Get and a Set of a slice within one batch, without the database beneath, over the same on a Go map of slices. The least of several turns of each counts."}
	for _, x := range with {
		f := x.Probed
		file.rows = append(file.rows, []string{clip(x.Name, 200), strconv.Itoa(f.EqualKeys), strconv.FormatBool(f.Reuse), number(f.Coding)})
		reuse := "changes what is stored"
		if f.Reuse {
			reuse = "changes nothing stored"
		}
		g.Rows = append(g.Rows, []string{clip(x.Label, 80), counted(f.EqualKeys, "key", "keys"), reuse, strconv.FormatFloat(f.Coding, 'f', 1, 64)})
	}
	g.CSV = data(file.name+".csv", "text/csv", file.csv())
	return g, file, true
}
