package reports

import (
	"fmt"
	"strconv"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends/probes"
	"github.com/weirbench/weir/reports/figures"
)

// An answer is one line of Table 6 for one backend: what was asked, and what a person is told. What was not asked, as in results of an older weir,
// is "–".
type answer struct{ question, told string }

func answers(f *probes.Found) []answer {
	few, many := figures.Group(probes.Few), figures.Group(probes.Many)
	value, list, values, wait, timers, timersWait, heapTimers, expired, compacted := "–", "–", "–", "–", "–", "–", "–", "–", "–"
	if l := f.Limit; l != nil {
		value, list = either(l.Set, "is refused", "is taken"), listOver(l)
	}
	if v := f.Values; v != nil {
		values, wait = portion(v.Written, probes.Many, "written"), us(v.FewNs)+" and "+us(v.ManyNs)
	}
	if t := f.Timers; t != nil {
		timers, timersWait = either(t.Coded, "bytes in the store", "Go objects"), portion(t.Written, probes.Few, "written")
	}
	if t := f.TimersOnHeap; t != nil {
		heapTimers = portion(t.Written, probes.Few, "written")
	}
	if x := f.Expired; x != nil {
		if expired = portion(x.Busy, probes.Mortal, "left"); x.Compacts {
			compacted = portion(x.Compacted, probes.Mortal, "left")
		}
	}
	return []answer{
		{"Keys 0.0 and −0.0, which == says are equal", counted(f.EqualKeys, "key", "keys")},
		{"An object that is changed after Set", either(f.Reuse, "changes nothing stored", "changes what is stored")},
		{fmt.Sprintf("Get and Set of %d words, × a Go map", probes.Words), strconv.FormatFloat(f.Coding, 'f', 1, 64)},
		{"A map yields its entries", mapOrder(f.MapOrder)},
		{"A value over run.value_limit", value},
		{"A list over it", list},
		{"Values, while the task waits for a snapshot", values},
		{fmt.Sprintf("That wait, of %s and of %s values, µs", few, many), wait},
		{"Timers", timers},
		{"Timers, while the task waits for a snapshot", timersWait},
		{"The same, with timer-service.factory HEAP", heapTimers},
		{"Expired values that nobody reads, after other accesses", expired},
		{"The same, after a compaction", compacted},
	}
}

// exactHead and exact are the same for a program, to which an empty cell is what was not asked.
func exactHead() []string {
	return []string{"cell", "equal_keys", "reuse_safe", "get_and_set_over_map", "map_order", "limit_set_refused", "limit_add_refused", "limit_look_refused",
		"values_written_in_sync", "sync_of_few_s", "sync_of_many_s", "timers_coded", "timers_written_in_sync", "heap_timers_coded",
		"heap_timers_written_in_sync", "expired_left_after_accesses", "expired_left_after_compaction"}
}

func exact(cell string, f *probes.Found) []string {
	yes, n := strconv.FormatBool, strconv.Itoa
	s := func(ns int64) string { return number(float64(ns) / 1e9) }
	all := append(make([]string, 0, 17), cell, n(f.EqualKeys), yes(f.Reuse), number(f.Coding), string(f.MapOrder))
	all = all[:cap(all)]
	if l := f.Limit; l != nil {
		copy(all[5:], []string{yes(l.Set), yes(l.Add), yes(l.Look)})
	}
	if v := f.Values; v != nil {
		copy(all[8:], []string{n(v.Written), s(v.FewNs), s(v.ManyNs)})
	}
	for i, t := range []*probes.Timers{f.Timers, f.TimersOnHeap} {
		if t != nil {
			copy(all[11+2*i:], []string{yes(t.Coded), n(t.Written)})
		}
	}
	if x := f.Expired; x != nil {
		if all[15] = n(x.Busy); x.Compacts {
			all[16] = n(x.Compacted)
		}
	}
	return all
}

func either(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// portion tells of so many of all: "none is left", "all are written".
func portion(n, all int, what string) string {
	switch n {
	case 0:
		return "none is " + what
	case all:
		return "all are " + what
	}
	return fmt.Sprintf("%s of %s are %s", figures.Group(int64(n)), figures.Group(int64(all)), what)
}

func mapOrder(o probes.MapOrder) string {
	switch o {
	case probes.ByBytes:
		return "by the bytes of their keys"
	case probes.ByAge:
		return "first put, first"
	case probes.LastFirst:
		return "last put, first"
	case probes.NoOrder:
		return "in another order"
	}
	return "–"
}

func listOver(l *probes.Limit) string {
	switch {
	case l.Add:
		return "is refused"
	case l.Look:
		return "passes, and fails when it is read"
	}
	return "is taken"
}

func us(ns int64) string { return strconv.FormatFloat(float64(ns)/1e3, 'f', 1, 64) }

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

// differs is Table 6: what the backends of a run do where backends may differ, as they were asked at the run. Backends are its columns.
func differs(cells []row) (g grid, file picture, ok bool) {
	with := firsts(cells, func(c *weir.CellResult) bool { return c.Probed != nil })
	if len(with) == 0 {
		return g, file, false
	}
	file = picture{name: "table6-backends", head: exactHead()}
	g = grid{No: "Table 6", Name: file.name, Title: "How these backends differ", Head: []string{"What was asked"}, How: howAsked()}
	for i, x := range with {
		file.rows = append(file.rows, exact(clip(x.Name, 200), x.Probed))
		if i >= rowsMax {
			continue // all are in the file
		}
		g.Head = append(g.Head, clip(x.Label, 80))
		for at, a := range answers(x.Probed) {
			if i == 0 {
				g.Rows = append(g.Rows, []string{a.question})
			}
			g.Rows[at] = append(g.Rows[at], a.told)
		}
	}
	g.CSV = data(file.name+".csv", "text/csv", file.csv())
	return g, file, true
}

func howAsked() string {
	return fmt.Sprintf("asked at this run, of stores of their own, before the first cell of each backend. "+
		"Live objects are compared by == and are shared with whoever has them; bytes are compared as bytes and are copies, and that copies are made costs "+
		"what the third line says: a Get and a Set of a slice within one batch, without the database beneath, over the same on a Go map of slices. "+
		"A limit was set at %s B for the question. A snapshot was taken of %s values of eight bytes that were just written, and of %s timers; what is not "+
		"written while the task waits is pinned, and written later. The least of several turns counts. Of values that expire %d were written, which nobody read; then another "+
		"key was asked for %s times, and the store was compacted, if it can be.",
		figures.Group(probes.LimitBytes), figures.Group(probes.Many), figures.Group(probes.Few), probes.Mortal, figures.Group(probes.Accesses))
}
