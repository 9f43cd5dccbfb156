package backendtest

import (
	"errors"
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

func ttlFullSnapshot(c *check) {
	ttl := lasting()
	ttl.Visible = tables.ReturnExpiredIfNotCleanedUp
	ttl.Cleanup.FullSnapshot = true
	m := c.mortals(ttl)
	m.at(0, upTo(40), func(int) { m.write(1) })
	all := m.now()
	m.at(500, upTo(20), func(int) { m.list.Add(void{}, "late"); m.sets.Set(void{}, "late", 2) })
	m.at(life-1, nil, nil)
	if n := len(m.now()); n != len(all)+20 {
		c.errorf("at %d a snapshot has %d entries, want %d", life-1, n, len(all)+20)
	}
	m.at(life, nil, nil)
	s := m.snapshot()
	m.at(3*life, nil, nil)
	late := c.entries(s)
	s.Close()
	for _, e := range late {
		if e.State != "ttl-list" && e.State != "ttl-sets" {
			c.errorf("at %d a snapshot has %s", life, line(&e))
		}
	}
	if len(late) != 40 {
		c.errorf("at %d a snapshot has %d entries, want 40", life, len(late))
	}
	k := c.mortals(ttl)
	k.restore(late)
	c.same("read back before the first batch", lines(k.now()), lines(late))
	k.at(life, upTo(40), func(i int) {
		var list, sets []string
		if i < 20 {
			list, sets = []string{"late"}, []string{"late=2"}
		}
		c.same("the list", listed(k.list, void{}), list)
		c.same("the map", k.entriesOfSets(), sets)
	})
	m.at(3*life, upTo(20), func(int) { // the store has it all, and shows it
		c.same("the store's list", listed(m.list, void{}), []string{"a1", "b1", "late"})
		c.same("the store's map", m.entriesOfSets(), []string{"late=2", "u1=1"})
		m.wants2(1, true)
	})
}

// ways are the TTLs that clean up in the background, each in its way.
func ways() []tables.TTL {
	standard, records, few := lasting(), lasting(), lasting()
	standard.Cleanup = tables.Cleanup{}
	records.Cleanup = tables.Cleanup{Incremental: tables.Incremental{Size: 3, EveryRecord: true}, Scan: tables.Scan{Size: 7}}
	few.Cleanup = tables.Cleanup{Incremental: tables.Incremental{Size: 1}, Compaction: tables.Compaction{QueryTimeAfter: 1}}
	for _, t := range []*tables.TTL{&standard, &records, &few} {
		t.Visible = tables.ReturnExpiredIfNotCleanedUp
	}
	return []tables.TTL{standard, records, few}
}

func ttlCleanupSparesTheLiving(c *check) {
	for _, ttl := range ways() {
		m := c.mortals(ttl)
		m.at(0, upTo(150), func(i int) { m.write(1) })
		m.at(600, upTo(150), func(i int) {
			if i%3 == 0 {
				m.write(2)
			}
		})
		pinned := m.snapshot()
		held := lines(c.entries(pinned))
		for range 20 {
			m.at(1200, upTo(150), func(i int) { m.value.Set(9, 9); m.sets.Set(void{}, "other", 9); m.pairs.Set(9, nil) })
		}
		compact(c, m.Store)
		m.at(600+life-1, upTo(150), func(i int) {
			if i%3 != 0 {
				return
			}
			if v, _ := m.value.Get(2); v != 2 {
				c.errorf("key %d has no value, %d µs before it expires", i, 1)
			}
			if list := listed(m.list, void{}); len(list) < 2 || fmt.Sprint(list[len(list)-2:]) != "[a2 b2]" {
				c.errorf("key %d has the list %s, want that it ends with [a2 b2]", i, list)
			}
			if v, _ := m.sets.Get(void{}, "u2"); v != 2 {
				c.errorf("key %d has no entry, %d µs before it expires", i, 1)
			}
			if v, _ := m.shared.Get(void{}); fmt.Sprint(v) != "[2 2]" {
				c.errorf("key %d has %v, want [2 2]", i, v)
			}
			c.same("pairs", listed(m.pairs, 2), []string{"2"})
		})
		c.same("a snapshot from before", lines(c.entries(pinned)), held)
		pinned.Close()
	}
}

// compact compacts a store that can be, and again: what one compaction puts together, the next one may look at.
func compact(c *check, s backends.Store) {
	for range 2 {
		s, ok := s.(interface{ Compact() error })
		if !ok {
			return
		}
		if err := s.Compact(); !errors.Is(err, errors.ErrUnsupported) {
			c.must("Compact", err)
		}
	}
}

// ttlCleanupIsSoMuch lets everything expire and counts what goes by accesses and records alone. What looks may spend some of that on finding its way,
// and do it by blocks; both together are less than slack.
func ttlCleanupIsSoMuch(c *check) {
	const values, size, batches, records, slack = 2000, 2, 8, 50, 256
	for _, x := range []struct {
		name          string
		accesses      bool
		everyRecord   bool
		live, ordered int // what goes, in units of one for each record and each that is looked at for it
	}{
		{"accesses", true, false, 1, 1},
		{"records without an access", false, false, 0, 0},
		{"records without an access, which count", false, true, 1, 0},
		{"accesses of records that count", true, true, 2, 1},
	} {
		ttl := lasting()
		ttl.Cleanup = tables.Cleanup{Incremental: tables.Incremental{Size: size, EveryRecord: x.everyRecord}, Scan: tables.Scan{Size: size}}
		form := &formed{Store: c.store(backends.Groups{Last: ttlGroups - 1})}
		m := c.mortalsOf(form, ttl)
		m.Store = form.Store
		m.at(0, upTo(values), func(int) { m.value.Set(1, 1) })
		m.now() // what a store kept back is written
		for range batches {
			m.at(life, upTo(records), func(int) {
				if x.accesses {
					m.value.Clear(1e6)
				}
			})
		}
		most := x.ordered * batches * records * size
		if form.live {
			most = x.live * batches * records * size
		}
		gone := values - len(m.now())
		if gone == 0 && !form.live { // its compactions see to it, or nobody should
			if compact(c, m.Store); most > 0 && len(m.now()) > 0 {
				c.errorf("%s: no value is gone, of which it was to look at %d", x.name, most)
			}
			continue
		}
		if gone > most || gone < most-slack {
			c.errorf("%s: %d values are gone, want %d, or up to %d less", x.name, gone, most, slack)
		}
	}
}

// formed knows whether its store makes Go objects of a state.
type formed struct {
	backends.Store
	live bool
}

func (s *formed) Open(d backends.Desc) (backends.Table, error) { return s.Store.Open(formedDesc{d, s}) }

type formedDesc struct {
	backends.Desc
	in *formed
}

func (d formedDesc) Live(g backends.Groups) backends.LiveTable {
	d.in.live = true
	return d.Desc.Live(g)
}

func ttlUnreadGoes(c *check) {
	for _, ttl := range ways() {
		m := c.mortals(ttl)
		m.at(0, upTo(300), func(i int) { m.write(1) })
		m.at(life/2, upTo(10), func(i int) { m.list.Add(void{}, "late"); m.pairs.Add(1, 3); m.sets.Set(void{}, "late", 4) })
		m.now() // what a store kept back is written
		busy := func(now int64) {
			for range 60 {
				m.at(now, upTo(50), func(i int) {
					m.value.Clear(1e6)
					m.shared.Set(void{}, nil)
					m.shared.Clear(void{})
					m.list.AddAll(void{}, nil)
					m.pairs.AddAll(1, nil)
					m.sets.Remove(void{}, "none")
				})
			}
			compact(c, m.Store)
		}
		busy(life)
		left := map[string]int{}
		for _, e := range m.now() {
			left[e.State]++
		}
		for _, state := range []string{"ttl-value", "ttl-shared", "ttl-list", "ttl-pairs", "ttl-sets"} {
			want := map[string]int{"ttl-list": 10, "ttl-pairs": 10, "ttl-sets": 10}[state]
			if left[state] != want {
				c.errorf("a snapshot has %d entries of %s, want %d", left[state], state, want)
			}
		}
		m.at(life, upTo(10), func(int) {
			c.same("the list", listed(m.list, void{}), []string{"late"})
			c.same("the list of pairs", listed(m.pairs, 1), []string{"3"})
			c.same("the map", m.entriesOfSets(), []string{"late=4"})
		})
		busy(2 * life)
		if es := m.now(); len(es) > 0 {
			c.errorf("at %d a snapshot has %d entries, %s", 2*life, len(es), line(&es[0]))
		}
	}
}
