package backendtest

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirbench/weir/backends/tables"
)

// What yield does to the map or the list that is gone through.

func changedMapClauses() []clause {
	return []clause{
		{"each-survives-any-change", "Inside Each any entry may be set or removed and the map cleared: Each ends, and the map holds what the calls left.", eachSurvivesAnyChange},
	}
}

func changedListClauses() []clause {
	return []clause{
		{"list-changes-when-read", "A list that is changed inside its Each panics with a *backends.UsageError, stays as it was and may be changed behind it.", listChangesWhenRead},
	}
}

// A change is what yield does to a map of so many entries, the nth time that it is called, and what that leaves: whatever the order of entries.
type change struct {
	what   string
	do     func(m sets, size, nth int) (left []string)
	living bool // where entries are over, it leaves something else
}

func changes() []change {
	drop := func(m sets, from, size int) {
		for u := from; u < size; u++ {
			m.Remove(void{}, fmt.Sprint(u))
		}
	}
	return []change{
		{"all removed", func(m sets, size, _ int) []string { drop(m, 0, size); return nil }, false},
		{"all but one removed", func(m sets, size, _ int) []string { drop(m, 1, size); return []string{"0=0"} }, true},
		{"all set", func(m sets, size, _ int) (left []string) {
			for u := range size {
				m.Set(void{}, fmt.Sprint(u), 7)
				left = append(left, fmt.Sprint(u, "=7"))
			}
			return left
		}, false},
		{"cleared", func(m sets, _, _ int) []string { m.Clear(void{}); return nil }, false},
		{"cleared and begun", func(m sets, _, _ int) []string { m.Clear(void{}); m.Set(void{}, "new", 1); return []string{"new=1"} }, false},
		{"as many added", func(m sets, size, nth int) (left []string) {
			for u := range 2 * size {
				if nth == 1 && u >= size {
					m.Set(void{}, fmt.Sprint(u), uint64(u))
				}
				left = append(left, fmt.Sprint(u, "=", u))
			}
			return left
		}, true},
	}
}

// Beside a map as any there is one whose entries are renewed by the walk, or over and shown for the last time.
func eachSurvivesAnyChange(c *check) {
	ttl := tables.TTL{Life: 10 * time.Microsecond, Update: tables.OnReadAndWrite, Visible: tables.ReturnExpiredIfNotCleanedUp, Cleanup: tables.Cleanup{NoBackground: true}}
	for _, how := range []string{"in a batch", "over batches", "under a snapshot"} {
		for _, later := range []int64{5, 10} {
			j := c.job()
			mortal, err := tables.OpenMapTTL(j.Scope, "mortal", tables.None{}, tables.String{}, tables.Uint64{}, ttl)
			c.opened(err)
			j.changed(how, later, []sets{j.sets, mortal})
		}
	}
}

func (j *job) changed(how string, later int64, maps []sets) {
	sizes, all := []int{1, 3, 17, 40, 300}, changes()
	each := func(f func(m sets, size int, x change, i int)) {
		j.batch(upTo(len(sizes)*len(all)), func(i int) {
			for nth, m := range maps {
				if x := all[i%len(all)]; !x.living || nth == 0 || later < 10 {
					f(m, sizes[i/len(all)], x, 2*i+nth)
				}
			}
		})
	}
	fill := func(m sets, size int, _ change, _ int) {
		for u := range size {
			m.Set(void{}, fmt.Sprint(u), uint64(u))
		}
	}
	want, entries := map[int][]string{}, 0
	walk := func(m sets, size int, x change, i int) {
		n := 0
		m.Each(void{}, func(string, uint64) bool {
			if n++; n <= 4 || size <= 3 { // for long maps it would take long, and show no more
				want[i] = x.do(m, size, n)
			}
			return n <= 10*size
		})
		if n == 0 || n > 10*size {
			j.errorf("%s of %d %s: Each yielded %d times", x.what, size, how, n)
		}
		entries += len(want[i])
	}
	if how == "in a batch" {
		each(func(m sets, size int, x change, i int) {
			j.Keys.Now = 0
			fill(m, size, x, i)
			j.Keys.Now = later
			walk(m, size, x, i)
		})
	} else {
		each(fill)
		if how == "under a snapshot" {
			defer j.snapshot().Close()
		}
		j.Keys.Now = later
		each(walk)
	}
	if n := len(j.now()); n != entries {
		j.errorf("%s: a snapshot has %d entries, want %d", how, n, entries)
	}
	each(func(m sets, size int, x change, i int) {
		var got []string
		m.Each(void{}, func(u string, v uint64) bool { got = append(got, fmt.Sprint(u, "=", v)); return true })
		j.same(fmt.Sprintf("%s of %d %s", x.what, size, how), sorted(got), sorted(want[i]))
	})
}

func listChangesWhenRead(c *check) {
	j := c.job()
	mortal, err := tables.OpenListTTL(j.Scope, "mortal", tables.None{}, tables.String{}, tables.TTL{Life: 10 * time.Microsecond, Update: tables.OnReadAndWrite})
	c.opened(err)
	long := strings.Repeat("x", 5000)
	for name, l := range map[string]log{"list": j.log, "list with a TTL": mortal} {
		for how, change := range map[string]func(){
			"Add":    func() { l.Add(void{}, long) },
			"AddAll": func() { l.AddAll(void{}, []string{"d", long}) },
			"Set":    func() { l.Set(void{}, []string{long}) },
			"Clear":  func() { l.Clear(void{}) },
		} {
			walk := func() {
				n := 0
				l.Each(void{}, func(string) bool {
					n++
					c.wantUsage(how+" inside Each of a "+name, panicOf(change))
					l.AddAll(void{}, nil)
					l.Each(void{}, func(string) bool { return true })
					return true
				})
				c.wantUsage(how+", and the panic ends Each of a "+name, panicOf(func() { l.Each(void{}, func(string) bool { change(); return true }) }))
				if n != 3 {
					c.errorf("Each of a %s yielded %d elements, want 3", name, n)
				}
				c.same("a "+name+" after it", listed(l, void{}), []string{"a", "b", "c"})
			}
			j.Keys.Now = 0
			j.on(1, func() { l.Set(void{}, []string{"a", "b", "c"}); walk() })
			j.Keys.Now = 5
			j.on(1, walk)
			j.Keys.Now = 12
			j.on(1, func() { walk(); change() })
		}
	}
	j.on(2, func() { j.logs.Add(1, []uint64{1}); j.logs.Add(2, []uint64{2}) })
	j.on(2, func() {
		j.logs.Each(1, func(v []uint64) bool { j.logs.Add(2, []uint64{3}); j.logs.Clear(3); return true })
		c.same("the list of another namespace", listed(j.logs, 2), []string{"[2]", "[3]"})
	})
}
