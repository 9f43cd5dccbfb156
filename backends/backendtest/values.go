package backendtest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

func valueClauses() []clause {
	return []clause{
		{"write-is-seen-at-once", "A write is seen at once by the same task, and by every later batch.", writeIsSeenAtOnce},
		{"absent-is-not-empty", "An absent value is not an empty one.", absentIsNotEmpty},
		{"cleared-is-absent", "What was cleared is absent, in the store and in every later snapshot.", clearedIsAbsent},
		{"batch-of-any-size", "A batch does what its records would do one by one, whatever its size.", batchOfAnySize},
		{"want-changes-nothing", "Want changes speed and nothing else.", wantChangesNothing},
		{"update-is-get-and-set", "Update is a Get and a Set of each namespace, one after the other.", updateIsGetAndSet},
		{"namespaces-are-apart", "A value belongs to its key and its namespace.", namespacesAreApart},
		{"value-may-be-large", "A value of megabytes comes back as it was.", valueMayBeLarge},
		{"keys-that-begin-alike", "Keys that begin alike are different keys.", keysThatBeginAlike},
		{"changed-in-place-and-set", "What Get returned may be changed in place if Set follows.", changedInPlaceAndSet},
		{"no-current-key", "An access without a current key panics with a *backends.UsageError, and the store stays usable.", noCurrentKey},
		{"opened-once", "A state is opened once, and before the first batch.", openedOnce},
	}
}

func writeIsSeenAtOnce(c *check) {
	j := c.job()
	for range 3 {
		j.batch(upTo(50), func(i int) {
			v, _ := j.count.Get(void{})
			j.count.Set(void{}, v+uint64(i))
			j.wantCount(uint64(i), v+uint64(i), true)
		})
	}
	j.batch(upTo(50), func(i int) { j.wantCount(uint64(i), 3*uint64(i), true) })
}

func absentIsNotEmpty(c *check) {
	j := c.job()
	want := func(ok bool) {
		if v, has := j.text.Get(void{}); v != "" || has != ok {
			c.errorf("text = %q, %v, want %q, %v", v, has, "", ok)
		}
		if v, has := j.list.Get(void{}); len(v) != 0 || has != ok {
			c.errorf("list = %v, %v, want [], %v", v, has, ok)
		}
		if v, has := j.sets.Get(void{}, ""); v != 0 || has != ok {
			c.errorf("entry %q = %d, %v, want 0, %v", "", v, has, ok)
		}
	}
	j.on(1, func() {
		want(false)
		j.text.Set(void{}, "")
		j.list.Set(void{}, []uint64{})
		j.sets.Set(void{}, "", 0)
		want(true)
	})
	j.on(1, func() { want(true) })
	if n := len(j.now()); n != 3 {
		c.errorf("a snapshot has %d entries, want 3", n)
	}
	k := c.job()
	k.restore(j.now())
	j = k
	j.batch([]uint64{1, 2}, func(i int) { want(i == 0) })
}

func clearedIsAbsent(c *check) {
	j := c.job()
	set := func() {
		j.count.Set(void{}, 7)
		j.text.Set(void{}, "x")
		j.list.Set(void{}, []uint64{1})
		j.window.Set(5, 1)
	}
	drop := func() { j.count.Clear(void{}); j.text.Clear(void{}); j.list.Clear(void{}); j.window.Clear(5) }
	gone := func() {
		j.wantCount(1, 0, false)
		if _, ok := j.list.Get(void{}); ok {
			c.errorf("list is there after Clear")
		}
		if _, ok := j.window.Get(5); ok {
			c.errorf("window is there after Clear")
		}
	}
	j.on(1, func() { set(); drop(); gone() })
	j.on(1, set)
	j.on(1, func() { drop(); gone() })
	j.on(1, gone)
	if es := j.now(); len(es) != 0 {
		c.errorf("a snapshot has %s, want nothing", line(&es[0]))
	}
}

func batchOfAnySize(c *check) {
	var want []string
	for _, size := range []int{1, 2, 3, 17, 64, 255, 1024} {
		j := c.job()
		keys := make([]uint64, 2048)
		for i := range keys {
			keys[i] = uint64(i*i) % 97
		}
		for from := 0; from < len(keys); from += size {
			j.batch(keys[from:min(from+size, len(keys))], func(i int) {
				v, _ := j.count.Get(void{})
				j.count.Set(void{}, v*31+uint64(from+i))
				if keys[from+i]%5 == 0 && v%2 == 1 {
					j.count.Clear(void{})
				}
				l, _ := j.list.Get(void{})
				j.list.Set(void{}, append(l, v))
			})
		}
		got := lines(j.now())
		if want == nil {
			want = got
		}
		c.same(fmt.Sprintf("state after batches of %d", size), got, want)
	}
}

func wantChangesNothing(c *check) {
	var want []string
	for _, asks := range []bool{false, true} {
		j := c.job()
		for round := range 6 {
			j.Fill(upTo(100))
			j.Store.Begin()
			for i := 0; asks && i < 100; i += 1 + round {
				j.count.Want(i, void{})
				j.window.Want(i, uint64(i%4))
				j.window.Want(i, 99)
				j.sets.Want(i, void{}, "never")
				j.lists.Want(i, 1, uint64(i))
			}
			for i := range 100 {
				j.Keys.At = i
				v, _ := j.window.Get(uint64(i % 3))
				j.window.Set(uint64(i%3), v+uint64(round))
				j.count.Set(void{}, v)
			}
			c.must("End", j.Store.End())
		}
		got := lines(j.now())
		if !asks {
			want = got
		}
		c.same("state", got, want)
	}
}

func updateIsGetAndSet(c *check) {
	var want, saw [2][]string
	for way := range 2 {
		j := c.job()
		all := tables.UpdatesOf(j.Scope, j.window)
		for round := range uint64(6) {
			keys := upTo(60)
			j.batch(append(keys, keys[:20]...), func(i int) {
				nss := []uint64{round, round + 1, 9, round, uint64(i%5) + 20} // one comes twice
				change := func(n int, v uint64, ok bool) uint64 {
					saw[way] = append(saw[way], fmt.Sprintf("record %d place %d: %d, %v", i, n, v, ok))
					return 3*v + uint64(n)
				}
				if j.window.Get(round); i%7 == 0 {
					j.window.Clear(round + 1)
				}
				if way == 0 {
					for n, ns := range nss {
						v, ok := j.window.Get(ns)
						j.window.Set(ns, change(n, v, ok))
					}
				} else {
					all.Update(nss, change)
				}
				if v, ok := j.window.Get(round); !ok || v%3 != 0 {
					c.errorf("record %d: namespace %d is %d, %v behind an update", i, round, v, ok)
				}
			})
			if round == 2 {
				s := j.snapshot() // what is written from here on is not in it
				defer func() { c.same("the snapshot of the third batch", lines(c.entries(s)), want[0]); s.Close() }()
				if way == 0 {
					want[0] = lines(j.now())
				}
			}
		}
		if got := lines(j.now()); way == 0 {
			want[1] = got
		} else {
			c.same("state", got, want[1])
		}
	}
	c.same("what Update was given", saw[1], saw[0])
}

func namespacesAreApart(c *check) {
	j := c.job()
	j.batch(upTo(30), func(i int) {
		for ns := range uint64(40) {
			j.window.Set(ns, uint64(i)*1000+ns)
		}
		j.window.Clear(uint64(i))
	})
	j.batch(upTo(30), func(i int) {
		for ns := range uint64(41) {
			v, ok := j.window.Get(ns)
			want, has := uint64(i)*1000+ns, ns != uint64(i) && ns < 40
			if !has {
				want = 0
			}
			if v != want || ok != has {
				c.errorf("key %d namespace %d = %d, %v, want %d, %v", i, ns, v, ok, want, has)
			}
		}
	})
}

func valueMayBeLarge(c *check) {
	j := c.job()
	large := func(i int) string { return strings.Repeat(string(rune('a'+i)), 1<<20+i) }
	j.batch(upTo(4), func(i int) { j.text.Set(void{}, large(i)); j.count.Set(void{}, 1) })
	check := func() {
		j.batch(upTo(4), func(i int) {
			if v, _ := j.text.Get(void{}); v != large(i) {
				c.errorf("Get(%d) is %d bytes that differ from the %d that were set", i, len(v), len(large(i)))
			}
		})
	}
	check()
	k := c.job()
	k.restore(j.now())
	j = k
	check()
}

func changedInPlaceAndSet(c *check) {
	j := c.job()
	j.on(1, func() { j.list.Set(void{}, []uint64{1, 2, 3}) })
	for round := range 3 {
		j.on(1, func() {
			v, _ := j.list.Get(void{})
			v[0]++
			j.list.Set(void{}, v)
			if v, _ := j.list.Get(void{}); len(v) != 3 || v[0] != uint64(round+2) {
				c.errorf("Get = %v, want [%d 2 3]", v, round+2)
			}
		})
	}
}

func noCurrentKey(c *check) {
	j := c.job()
	j.on(1, func() { j.count.Set(void{}, 7) })
	for name, access := range map[string]func(){
		"Get":      func() { j.count.Get(void{}) },
		"Set":      func() { j.count.Set(void{}, 1) },
		"Clear":    func() { j.count.Clear(void{}) },
		"window":   func() { j.window.Get(1) },
		"map Get":  func() { j.sets.Get(void{}, "a") },
		"map Each": func() { j.sets.Each(void{}, func(string, uint64) bool { return true }) },
		"Register": func() { j.timers.Register(1, 1) },
	} {
		j.Keys.Batch = j.Keys.Batch[:0]
		c.besides(func() {
			if p := panicOf(access); !isUsage(p) {
				c.errorf("%s panics with %v, want a *backends.UsageError", name, p)
			}
		})
	}
	j.on(1, func() { j.wantCount(1, 7, true) })
}

func openedOnce(c *check) {
	j := c.job()
	if _, err := tables.OpenValue(j.Scope, "count", tables.None{}, tables.Uint64{}); err == nil {
		c.errorf("a state could be opened twice")
	}
	j.on(1, func() {})
	if _, err := tables.OpenValue(j.Scope, "late", tables.None{}, tables.Uint64{}); err == nil {
		c.errorf("a state could be opened after the first batch")
	}
}

func keysThatBeginAlike(c *check) {
	s := &tables.Scope[string]{Store: c.store(backends.Groups{Last: 6}), Keys: new(backends.Keys[string]), Codec: tables.Strings(7)}
	value, err := tables.OpenValue(s, "value", tables.String{}, tables.String{})
	c.must("open", err)
	sets, err := tables.OpenMap(s, "map", tables.String{}, tables.String{}, tables.String{})
	c.opened(err)
	var keys []string
	for _, k := range []string{"", "\x00", "\x00\x00", "a", "a\x00", "aa", "ab", "é", "\xff", "\xff\xff", "状态"} {
		for _, n := range []int{0, 1, 126, 127, 128, 129, 16384} {
			keys = append(keys, k+strings.Repeat("x", n))
		}
	}
	for round := range 2 {
		s.Fill(keys)
		s.Store.Begin()
		for i, k := range keys {
			s.Keys.At = i
			for _, ns := range []string{"", "x", "xx"} {
				want := fmt.Sprint(i, ns)
				if round == 0 {
					value.Set(ns, want)
					sets.Set(ns, "u"+ns, want)
					continue
				}
				if v, _ := value.Get(ns); v != want {
					c.errorf("value of key %.20q, namespace %q = %q, want %q", k, ns, v, want)
				}
				n := 0
				sets.Each(ns, func(u, v string) bool {
					if n++; u != "u"+ns || v != want {
						c.errorf("map of key %.20q, namespace %q has %q: %q, want %q: %q", k, ns, u, v, "u"+ns, want)
					}
					return true
				})
				if n != 1 {
					c.errorf("map of key %.20q, namespace %q has %d entries, want 1", k, ns, n)
				}
			}
		}
		c.must("End", s.Store.End())
	}
}

func panicOf(f func()) (p any) {
	defer func() {
		if p = recover(); p == any(stop{}) {
			panic(p)
		}
	}()
	f()
	return nil
}

func isUsage(p any) bool {
	err, ok := p.(error)
	var usage *backends.UsageError
	return ok && errors.As(err, &usage)
}
