package backendtest

import (
	"math"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
)

func restoreClauses() []clause {
	return []clause{
		{"restored-is-what-was", "A store restored from a snapshot holds what the snapshot holds, at once and after batches.", restoredIsWhatWas},
		{"restores-any-backends-entries", "A store restores the entries of any backend, and any backend its entries.", restoresAnyBackendsEntries},
		{"restored-by-key-group", "Two stores that share the key groups of one hold together what it held, and one that takes both holds it again.", restoredByKeyGroup},
		{"foreign-entries-are-refused", "Restore refuses entries of foreign key groups and of states that are not open.", foreignEntriesAreRefused},
		{"restore-comes-first", "Restore comes before the first batch, and is refused later.", restoreComesFirst},
	}
}

func restoredIsWhatWas(c *check) {
	j := c.job()
	j.fill(1)
	j.wreck()
	es := j.now()
	k := c.job()
	k.restore(es)
	c.same("restored", lines(k.now()), lines(es))
	j.fill(2)
	k.fill(2)
	c.same("what both became", lines(k.now()), lines(j.now()))
	c.besides(func() { c.same("what fires", timersOf(k.pop(math.MaxInt64, 99)), timersOf(j.pop(math.MaxInt64, 99))) })
}

func restoresAnyBackendsEntries(c *check) {
	j := c.job()
	j.fill(1)
	other := &check{open: refuses{heap.Backend{}, c.refuses}.Open}
	defer func() { c.errs = append(c.errs, other.errs...) }()
	k := other.job()
	k.restore(j.now())
	k.fill(2)
	j.fill(2)
	c.same("the heap, restored from this", lines(k.now()), lines(j.now()))
	back := c.job()
	back.restore(k.now())
	back.fill(3)
	j.fill(3)
	c.same("this, restored from the heap", lines(back.now()), lines(j.now()))
}

func restoredByKeyGroup(c *check) {
	j := c.job()
	j.fill(1)
	es := j.now()
	var parts []backends.Entry
	for task := range 3 {
		g := backends.Range(task, 3, allGroups)
		k := c.jobOf(g, tables.Longs(allGroups))
		var mine []backends.Entry
		for _, e := range es {
			if g.Has(e.Group) {
				mine = append(mine, e)
			}
		}
		k.restore(mine)
		parts = append(parts, k.now()...)
	}
	c.same("three stores", lines(parts), lines(es))
	one := c.job()
	one.restore(parts)
	c.same("one again", lines(one.now()), lines(es))
}

func foreignEntriesAreRefused(c *check) {
	j := c.crowd()
	j.fill(1)
	es := j.now()
	k := c.crowd()
	for _, group := range []int{-1, 0, 39, 44, 127, 1 << 16} {
		e := es[0]
		e.Group = group
		if err := k.Store.Restore(&e); err == nil {
			c.errorf("an entry of key group %d was restored in %v", group, backends.Groups{First: 40, Last: 43})
		}
	}
	e := es[0]
	e.State = "unheard-of"
	if err := k.Store.Restore(&e); err == nil {
		c.errorf("an entry of a state that is not open was restored")
	}
	k.restore(es)
	c.same("restored all the same", lines(k.now()), lines(es))
}

func restoreComesFirst(c *check) {
	j := c.job()
	j.fill(1)
	es := j.now()
	j.on(1, func() {})
	if err := j.Store.Restore(&es[0]); err == nil {
		c.errorf("an entry was restored after the first batch")
	}
}

func timersOf(fs []backends.Timer[uint64, uint64]) []string {
	all := make([]string, len(fs))
	for i, f := range fs {
		all[i] = fired(f.At, f.Key.K, f.NS)
	}
	return sorted(all)
}
