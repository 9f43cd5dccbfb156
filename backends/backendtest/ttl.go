package backendtest

import (
	"fmt"
	"math"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
)

func ttlClauses() []clause {
	return []clause{
		{"ttl-ends-at-the-microsecond", "What has a TTL is there until the microsecond before its time and its life have passed, and at that one it is gone.", ttlEnds},
		{"ttl-of-each", "Every element of a list and every entry of a map has a life of its own.", ttlOfEach},
		{"ttl-writing-renews", "A value that is written again lives anew from that time on.", ttlWritingRenews},
		{"ttl-reading-does-not-renew", "Where only writing renews a life, reading does not.", ttlReadingDoesNotRenew},
		{"ttl-reading-renews", "Where reading renews a life, what was read lives anew from that time on.", ttlReadingRenews},
		{"ttl-reader-deletes", "Who reads what is over deletes it, also where it is shown to him, once.", ttlReaderDeletes},
		{"ttl-survives-restore", "What is restored lives on for what was left of its life, on any backend.", ttlSurvivesRestore},
		{"ttl-entries-are-alike", "In an entry's bytes the time, eight of them, is before the value, of a list before each element.", ttlEntriesAreAlike},
		{"ttl-at-the-ends-of-time", "A life that would end behind the last microsecond does not wrap around.", ttlAtTheEndsOfTime},
		{"ttl-full-snapshot", "A snapshot that is to leave out what had expired when it was taken does so, and the store keeps it.", ttlFullSnapshot},
		{"ttl-cleanup-spares-the-living", "Cleaning up takes only what is over.", ttlCleanupSparesTheLiving},
		{"ttl-cleanup-is-so-much", "Cleaning up looks at as many entries for each access as it is told, Go objects also for each record where it is told so, and at no more.", ttlCleanupIsSoMuch},
		{"ttl-unread-goes", "What is over goes, though nobody reads it.", ttlUnreadGoes},
		{"ttl-random-program", "A random program sees of states with a TTL what plain Go values with times would show it, over batches, snapshots and restores into other backends.", ttlRandomProgram},
	}
}

const life = 1000 // microseconds

// mortals is one task whose states expire.
type mortals struct {
	*check
	*tables.Scope[uint64]
	value  tables.Value[uint64, uint64]
	shared tables.Value[void, []uint64] // copies share memory
	list   tables.List[void, string]
	pairs  tables.List[uint64, uint64] // elements of one width
	sets   tables.Map[void, string, uint64]
}

// lasting is a TTL under which what is over stays until it is read.
func lasting() tables.TTL {
	return tables.TTL{Life: life * time.Microsecond, Cleanup: tables.Cleanup{NoBackground: true}}
}

func (c *check) mortals(ttl tables.TTL) *mortals {
	return c.mortalsOf(c.store(backends.Groups{Last: ttlGroups - 1}), ttl)
}

func (c *check) mortalsOf(s backends.Store, ttl tables.TTL) *mortals {
	m := &mortals{check: c, Scope: &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(ttlGroups)}}
	var err error
	opened := func() { c.opened(err) }
	m.value, err = tables.OpenValueTTL(m.Scope, "ttl-value", tables.Uint64{}, tables.Uint64{}, ttl)
	opened()
	m.shared, err = tables.OpenValueTTL(m.Scope, "ttl-shared", tables.None{}, tables.Uint64s{}, ttl)
	opened()
	m.list, err = tables.OpenListTTL(m.Scope, "ttl-list", tables.None{}, tables.String{}, ttl)
	opened()
	m.pairs, err = tables.OpenListTTL(m.Scope, "ttl-pairs", tables.Uint64{}, tables.Uint64{}, ttl)
	opened()
	m.sets, err = tables.OpenMapTTL(m.Scope, "ttl-sets", tables.None{}, tables.String{}, tables.Uint64{}, ttl)
	opened()
	return m
}

// at runs f for each key in one batch of that time.
func (m *mortals) at(now int64, keys []uint64, f func(i int)) {
	m.Fill(keys)
	m.Keys.Now = now
	m.Store.Begin()
	for i := range keys {
		m.Keys.At = i
		f(i)
	}
	m.must("End", m.Store.End())
}

// write gives the current key something of everything.
func (m *mortals) write(v uint64) {
	m.value.Set(v, v)
	m.shared.Set(void{}, []uint64{v, v})
	m.list.Add(void{}, fmt.Sprint("a", v))
	m.list.AddAll(void{}, []string{fmt.Sprint("b", v)})
	m.pairs.Set(v, []uint64{v})
	m.sets.Set(void{}, fmt.Sprint("u", v), v)
}

// wants looks at everything that write gave, one way or another: each state is looked at once.
func (m *mortals) wants(v uint64, there bool) {
	got := map[string]bool{}
	_, got["the value"] = m.value.Get(v)
	_, got["the shared value"] = m.shared.Get(void{})
	got["the list"] = len(listed(m.list, void{})) == 2
	got["the list of pairs"] = len(listed(m.pairs, v)) == 1
	_, got["the entry"] = m.sets.Get(void{}, fmt.Sprint("u", v))
	for what, has := range got {
		if has != there {
			m.errorf("at %d %s is there: %v, want %v", m.Keys.Now, what, has, there)
		}
	}
}

func ttlEnds(c *check) {
	m := c.mortals(lasting())
	m.at(100, upTo(3), func(i int) { m.write(uint64(i)); m.wants(uint64(i), true) })
	m.at(100+life-1, []uint64{0, 1}, func(i int) { m.wants(uint64(i), true) })
	m.at(100+life, upTo(2), func(i int) { m.wants(uint64(i), false) })
	m.at(100+life+1, upTo(3), func(i int) { m.wants(uint64(i), false) })
	c.same("entries of the map", m.entriesOfSets(), nil)
}

func (m *mortals) entriesOfSets() (all []string) {
	m.sets.Each(void{}, func(u string, v uint64) bool { all = append(all, fmt.Sprint(u, "=", v)); return true })
	return sorted(all)
}

func ttlOfEach(c *check) {
	m := c.mortals(lasting())
	for n := range uint64(4) {
		m.at(int64(n)*300, upTo(2), func(int) {
			m.list.Add(void{}, fmt.Sprint("a", n))
			m.pairs.AddAll(7, []uint64{n, n})
			m.sets.Set(void{}, fmt.Sprint("u", n), n)
		})
	}
	for n := range 4 {
		now := int64(n)*300 + life
		var list, pairs, sets []string
		for left := n + 1; left < 4; left++ {
			list, pairs, sets = append(list, fmt.Sprint("a", left)), append(pairs, fmt.Sprint(left), fmt.Sprint(left)), append(sets, fmt.Sprint("u", left, "=", left))
		}
		m.at(now, upTo(2), func(i int) {
			if i == 0 && n%2 == 0 {
				return // one key's are looked at less often
			}
			when := fmt.Sprintf("at %d: ", now)
			c.same(when+"list", listed(m.list, void{}), list)
			c.same(when+"pairs", listed(m.pairs, 7), pairs)
			c.same(when+"map", m.entriesOfSets(), sets)
		})
	}
}

func ttlWritingRenews(c *check) {
	for _, update := range []tables.Update{tables.OnCreateAndWrite, tables.OnReadAndWrite} {
		ttl := lasting()
		ttl.Update = update
		m := c.mortals(ttl)
		again := func(int) {
			m.value.Set(1, 1)
			m.shared.Set(void{}, []uint64{1, 1})
			m.list.Set(void{}, []string{"a1", "b1"})
			m.pairs.Set(1, []uint64{1})
			m.sets.Set(void{}, "u1", 1)
		}
		for _, now := range []int64{0, 999, 1500} {
			m.at(now, []uint64{1}, again)
		}
		m.at(1500+life-1, []uint64{1}, func(int) { m.wants(1, true) })
	}
}

func ttlReadingDoesNotRenew(c *check) {
	m := c.mortals(lasting())
	m.at(0, []uint64{1}, func(int) { m.write(1) })
	for _, now := range []int64{300, 600, 999} {
		m.at(now, []uint64{1}, func(int) {
			m.wants(1, true)
			c.same("map", m.entriesOfSets(), []string{"u1=1"})
		})
	}
	m.at(life, []uint64{1}, func(int) { m.wants(1, false) })
}

func ttlReadingRenews(c *check) {
	ttl := lasting()
	ttl.Update = tables.OnReadAndWrite
	m := c.mortals(ttl)
	m.at(0, upTo(2), func(int) { m.write(1) })
	for n := range int64(5) {
		m.at(n*700, upTo(1), func(int) { m.wants(1, true); m.wants(1, true) })
	}
	m.at(4*700+life-1, upTo(1), func(int) { c.same("map", m.entriesOfSets(), []string{"u1=1"}) })
	m.at(4*700+life, upTo(2), func(i int) {
		if i == 1 {
			m.wants(1, false)
			return
		}
		c.same("the map that was walked", m.entriesOfSets(), []string{"u1=1"})
		if _, ok := m.value.Get(1); ok {
			c.errorf("the value that was read %d µs ago is there", life)
		}
	})
}

func ttlReaderDeletes(c *check) {
	for _, shown := range []bool{false, true} {
		ttl := lasting()
		if shown {
			ttl.Visible = tables.ReturnExpiredIfNotCleanedUp
		}
		m := c.mortals(ttl)
		m.at(0, upTo(8), func(i int) { m.write(uint64(i)) })
		m.at(life, upTo(8), func(i int) {
			var list, sets []string
			if shown {
				list, sets = []string{fmt.Sprint("a", i), fmt.Sprint("b", i)}, []string{fmt.Sprintf("u%d=%d", i, i)}
			}
			if i%2 == 0 {
				m.wants(uint64(i), shown)
			} else {
				c.same("the list", listed(m.list, void{}), list)
				c.same("the map", m.entriesOfSets(), sets)
				m.wants2(uint64(i), shown)
			}
			c.same("the list again", listed(m.list, void{}), nil)
			c.same("the map again", m.entriesOfSets(), nil)
			m.wants(uint64(i), false)
		})
		if es := c.entries(m.snapshot()); len(es) != 0 {
			c.errorf("all was read, and a snapshot has %s", line(&es[0]))
		}
	}
}

// wants2 is wants but for the list and the map.
func (m *mortals) wants2(v uint64, there bool) {
	_, value := m.value.Get(v)
	_, shared := m.shared.Get(void{})
	if pairs := len(listed(m.pairs, v)) == 1; value != there || shared != there || pairs != there {
		m.errorf("at %d value, shared value, pairs are there: %v, %v, %v, want %v", m.Keys.Now, value, shared, pairs, there)
	}
}

func (m *mortals) snapshot() backends.Snapshot {
	s, err := m.Store.Snapshot()
	m.must("Snapshot", err)
	return s
}

func (m *mortals) now() []backends.Entry {
	s := m.snapshot()
	defer s.Close()
	return m.entries(s)
}

func (m *mortals) restore(es []backends.Entry) {
	(&job{check: m.check, Scope: m.Scope}).restore(es)
}

func ttlSurvivesRestore(c *check) {
	other := &check{open: heap.Backend{}.Open}
	defer func() { c.errs = append(c.errs, other.errs...) }()
	for _, path := range [][]*check{{c, c}, {c, other}, {other, c}} {
		m := path[0].mortals(lasting())
		m.at(0, upTo(3), func(int) { m.write(1) })
		m.at(600, upTo(1), func(int) { m.wants(1, true) })
		es := m.now()
		k := path[1].mortals(lasting())
		k.restore(es)
		c.same("restored", lines(k.now()), lines(es))
		k.at(life-1, upTo(2), func(int) { k.wants(1, true) })
		k.at(life, upTo(3), func(int) { k.wants(1, false) })
	}
}

func ttlEntriesAreAlike(c *check) {
	m := c.mortals(lasting())
	m.at(0x0102030405060708, []uint64{5}, func(int) {
		m.value.Set(2, 3)
		m.shared.Set(void{}, []uint64{4, 5})
		m.list.Add(void{}, "abc")
		m.pairs.Set(6, []uint64{7, 8})
		m.sets.Set(void{}, "u", 9)
	})
	m.at(-2, []uint64{5}, func(int) { m.list.Add(void{}, "") })
	word := func(n int) string { return fmt.Sprintf("%016x", n) }
	const time = "0102030405060708"
	group := backends.KeyGroup(backends.JavaHashLong(5), ttlGroups)
	var want []string
	for _, e := range [][3]string{
		{"ttl-value", word(5) + word(2), time + word(3)},
		{"ttl-shared", word(5), time + word(4) + word(5)},
		{"ttl-list", word(5), "0b" + time + "616263" + "08" + "fffffffffffffffe"},
		{"ttl-pairs", word(5) + word(6), time + word(7) + time + word(8)},
		{"ttl-sets", word(5) + "75", time + word(9)},
	} {
		want = append(want, fmt.Sprintf("group %d %s %s=%s", group, e[0], e[1], e[2]))
	}
	c.same("entries", lines(m.now()), sorted(want))
}

func ttlAtTheEndsOfTime(c *check) {
	for _, at := range []int64{math.MinInt64, -life, math.MaxInt64 - life, math.MaxInt64 - 1} {
		m := c.mortals(lasting())
		m.at(at, upTo(2), func(int) { m.write(1) })
		last := int64(math.MaxInt64 - 1)
		if at < last-life {
			last = at + life - 1
		}
		m.at(last, upTo(1), func(int) { m.wants(1, true) })
		m.at(last+1, upTo(2), func(int) { m.wants(1, false) })
	}
}
