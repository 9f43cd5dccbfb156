package backendtest

import (
	"fmt"
	"strings"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

func listClauses() []clause {
	return append(changedListClauses(), []clause{
		{"list-holds-elements", "A list holds the elements that were added, in this order, of its key and namespace, over any number of batches.", listHoldsElements},
		{"list-elements-are-apart", "Every element of a list comes back as it was added: neighbours do not run together, an empty one is one.", listElementsAreApart},
		{"list-is-replaced", "Set and Clear take effect on the whole list, also on what earlier batches added, and what is added later follows.", listIsReplaced},
		{"empty-list-is-gone", "A list that was cleared, or set to nothing, does not exist: not for Each, not in a later snapshot; to add nothing makes none.", emptyListIsGone},
		{"list-each-stops", "Each of a list ends when yield returns false.", listEachStops},
		{"appended-behind-a-snapshot", "What is added to a list, however long, is in no snapshot that was taken before.", appendedBehindASnapshot},
	}...)
}

// listed is what Each of a list yields.
func listed[N comparable, V any](l tables.List[N, V], ns N) (all []string) {
	l.Each(ns, func(v V) bool { all = append(all, fmt.Sprint(v)); return true })
	return all
}

func listHoldsElements(c *check) {
	j := c.job()
	want := make([][2][]string, 20)
	for round := range 4 {
		j.batch(upTo(20), func(i int) {
			for ns := range uint64(2) {
				for n := range (i + round) % 3 {
					v := []uint64{uint64(round), uint64(n), ns}
					j.logs.Add(ns, v)
					want[i][ns] = append(want[i][ns], fmt.Sprint(v))
				}
			}
			if round%2 == 1 {
				c.same("in the batch", listed(j.logs, 1), want[i][1])
			}
		})
	}
	j.batch(upTo(20), func(i int) {
		for ns := range uint64(2) {
			c.same(fmt.Sprintf("key %d, namespace %d", i, ns), listed(j.logs, ns), want[i][ns])
		}
	})
}

func listElementsAreApart(c *check) {
	long := strings.Repeat("x", 70_000)
	want := []string{"", "", "a", ",", "a,b", "\x00", "\x01a", long, "", strings.Repeat("y", 127), strings.Repeat("y", 128), ""}
	j := c.job()
	for _, v := range want[:6] {
		j.on(1, func() { j.log.Add(void{}, v) })
	}
	j.on(1, func() { j.log.AddAll(void{}, want[6:9]); j.log.AddAll(void{}, want[9:]) })
	j.on(1, func() { c.same("the log", listed(j.log, void{}), want) })
	k := c.job()
	k.restore(j.now())
	k.on(1, func() { c.same("the log, restored", listed(k.log, void{}), want) })
}

func listIsReplaced(c *check) {
	for _, looked := range []bool{false, true} {
		j := c.job()
		j.batch(upTo(3), func(int) { j.log.AddAll(void{}, []string{"old", "older"}) })
		given := []string{"new", "newer"}
		j.batch(upTo(3), func(i int) {
			if j.log.Add(void{}, "late"); looked {
				c.same("before", listed(j.log, void{}), []string{"old", "older", "late"})
			}
			switch i {
			case 0:
				j.log.Set(void{}, given)
			case 1:
				j.log.Clear(void{})
			}
			j.log.Add(void{}, "last")
		})
		given[0] = "the caller's again"
		want := [][]string{{"new", "newer", "last"}, {"last"}, {"old", "older", "late", "last"}}
		for range 2 {
			j.batch(upTo(3), func(i int) { c.same(fmt.Sprintf("key %d", i), listed(j.log, void{}), want[i]) })
		}
	}
}

func emptyListIsGone(c *check) {
	j := c.job()
	j.batch(upTo(4), func(int) { j.log.Add(void{}, "x") })
	j.batch(upTo(6), func(i int) {
		switch i {
		case 0:
			j.log.Clear(void{})
		case 1:
			j.log.Set(void{}, nil)
		case 2:
			j.log.Add(void{}, "y")
			j.log.Set(void{}, []string{})
		case 4:
			j.log.AddAll(void{}, nil)
		case 5:
			j.log.Clear(void{})
		}
		want := map[int][]string{3: {"x"}}[i]
		c.same(fmt.Sprintf("key %d", i), listed(j.log, void{}), want)
	})
	if n := len(j.now()); n != 1 {
		c.errorf("a snapshot has %d entries, want 1", n)
	}
}

func listEachStops(c *check) {
	j := c.job()
	stops := func() {
		n := 0
		j.log.Each(void{}, func(string) bool { n++; return n < 2 })
		if n != 2 {
			c.errorf("Each yielded %d elements, want 2", n)
		}
	}
	j.on(1, func() { j.log.AddAll(void{}, []string{"a", "b", "c"}); stops() })
	j.on(1, stops)
}

func appendedBehindASnapshot(c *check) {
	j := c.job()
	var open []backends.Snapshot
	var want [][]string
	for round := range 6 { // so that an append finds room behind what a snapshot sees, and once it does not
		j.batch(upTo(50), func(i int) {
			for n := range 1 + round*3 {
				j.log.Add(void{}, fmt.Sprint(round, n))
				j.logs.Add(0, []uint64{uint64(round), uint64(n)})
			}
		})
		open, want = append(open, j.snapshot()), append(want, lines(j.now()))
	}
	for i, s := range open {
		c.same(fmt.Sprintf("snapshot %d", i), lines(c.entries(s)), want[i])
		s.Close()
	}
}
