package backendtest

import (
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// What is easily mixed up where all is bytes: the namespaces of one key, numbers that need all of their bits, and what is gone through at once.
func apartClauses() []clause {
	return []clause{
		{"cleared-in-one-namespace", "Clear and Remove take away what is of the current key in one namespace, all of it and nothing else.", clearedInOneNamespace},
		{"numbers-are-whole", "Values, namespaces and times of timers count with all of their 64 bits, from the least to the greatest.", numbersAreWhole},
		{"many-key-groups", "A store may own any range of key groups below 32768, and each entry is in its own.", manyKeyGroups},
		{"walk-within-a-walk", "Inside Each of a map or a list another of the same state may be gone through, and the outer one goes on.", walkWithinAWalk},
		{"close-waits-for-a-reader", "A snapshot's Close waits for an Each that is running.", closeWaitsForAReader},
	}
}

func clearedInOneNamespace(c *check) {
	j := c.job()
	fill := func() {
		for ns := range uint64(3) {
			for u := range uint64(3) {
				j.besides(func() { j.lists.Set(ns, u, []uint64{ns, u}) })
				j.besides(func() { j.logs.Add(ns, []uint64{ns, u}) })
			}
		}
	}
	drop := func() {
		j.besides(func() { j.lists.Clear(1); j.lists.Remove(2, 1) })
		j.besides(func() { j.logs.Clear(1) })
	}
	left := func() {
		wants := map[uint64][]string{0: {"0=[0 0]", "1=[0 1]", "2=[0 2]"}, 2: {"0=[2 0]", "2=[2 2]"}}
		for ns := range uint64(3) {
			j.besides(func() { c.same(fmt.Sprintf("the map of namespace %d", ns), sorted(j.eachOf(ns)), wants[ns]) })
			j.besides(func() {
				want := []string{fmt.Sprint([]uint64{ns, 0}), fmt.Sprint([]uint64{ns, 1}), fmt.Sprint([]uint64{ns, 2})}
				if ns == 1 {
					want = nil
				}
				c.same(fmt.Sprintf("the list of namespace %d", ns), listed(j.logs, ns), want)
			})
		}
	}
	j.batch(upTo(20), func(int) { fill() })
	j.batch(upTo(10), func(int) { drop(); left() })
	j.batch([]uint64{100}, func(int) { fill(); drop(); left() })
	j.batch(upTo(10), func(int) { left() })
	j.on(10, func() {
		j.besides(func() {
			c.same("the map of another key", sorted(j.eachOf(1)), []string{"0=[1 0]", "1=[1 1]", "2=[1 2]"})
		})
		j.besides(func() { c.same("the list of another key", listed(j.logs, 1), []string{"[1 0]", "[1 1]", "[1 2]"}) })
	})
}

func numbersAreWhole(c *check) {
	j := c.crowd()
	wide := []uint64{0, 1, 257, 1 << 16, 1<<32 + 1, 1 << 40, 1<<63 + 1, math.MaxUint64}
	times := []int64{math.MinInt64, math.MinInt64 + 1, -1 << 40, -1, 0, 1, 1 << 31, 1 << 40, math.MaxInt64 - 1, math.MaxInt64}
	var want []string
	j.batch(upTo(4), func(i int) {
		for n, ns := range wide {
			j.window.Set(ns, ns+uint64(n))
			j.count.Set(void{}, ns)
			j.wantCount(uint64(i), ns, true)
			for _, at := range times {
				j.besides(func() { j.timers.Register(at, ns); want = append(want, fired(at, uint64(i), ns)) })
			}
		}
	})
	j.batch(upTo(4), func(i int) {
		j.wantCount(uint64(i), wide[len(wide)-1], true)
		for n, ns := range wide {
			if v, ok := j.window.Get(ns); !ok || v != ns+uint64(n) {
				c.errorf("key %d namespace %d = %d, %v, want %d, true", i, ns, v, ok, ns+uint64(n))
			}
		}
		j.besides(func() { j.timers.Delete(1<<40, 1<<40) })
	})
	c.besides(func() {
		want = slices.DeleteFunc(want, func(s string) bool { return slices.Contains(timersAt(1<<40, 4, 1<<40), s) })
		k := c.crowd()
		k.restore(j.now())
		for what, j := range map[string]*job{"as it was": j, "restored": k} {
			var got []string
			last := int64(math.MinInt64)
			for _, f := range j.pop(math.MaxInt64, 30) {
				if f.At < last {
					c.errorf("%s: Pop gave %d after %d", what, f.At, last)
				}
				last = f.At
				got = append(got, fired(f.At, f.Key.K, f.NS))
			}
			c.same("what fired, "+what, sorted(got), sorted(want))
		}
	})
}

// timersAt is a timer for each of n keys, at one time and of one namespace.
func timersAt(at int64, n int, ns uint64) (all []string) {
	for k := range uint64(n) {
		all = append(all, fired(at, k, ns))
	}
	return all
}

func manyKeyGroups(c *check) {
	const all = 1 << 15
	for _, g := range []backends.Groups{{First: 250, Last: 600}, {First: all - 300, Last: all - 1}} {
		j := c.jobOf(g, inTurn{tables.Longs(all), g})
		keys, want := upTo(3*g.Len()), 0
		j.batch(keys, func(i int) {
			j.count.Set(void{}, uint64(i))
			want++
			j.besides(func() { j.sets.Set(void{}, "u", 1); want++ })
			j.besides(func() { j.log.Add(void{}, "v"); want++ })
			j.besides(func() { j.timers.Register(int64(i), 0); want++ })
		})
		es := j.now()
		if n := len(es); n != want {
			c.errorf("a snapshot of groups %v has %d entries, want %d", g, n, want)
		}
		k := c.jobOf(g, inTurn{tables.Longs(all), g})
		k.restore(es)
		c.same(fmt.Sprintf("groups %v, restored", g), lines(k.now()), lines(es))
		k.batch(keys, func(i int) { k.wantCount(uint64(i), uint64(i), true) })
		c.besides(func() {
			if n := len(k.pop(math.MaxInt64, 512)); n != len(keys) {
				c.errorf("%d timers fired in groups %v, want %d", n, g, len(keys))
			}
		})
	}
}

// inTurn has keys 0, 1, 2 … in the groups of a range, in turn.
type inTurn struct {
	tables.KeyType[uint64]
	g backends.Groups
}

func (k inTurn) Mark(dst []backends.Key[uint64], src []uint64) {
	k.KeyType.Mark(dst, src)
	for i := range dst {
		dst[i].Group = uint16(k.g.First + int(src[i])%k.g.Len())
	}
}

func walkWithinAWalk(c *check) {
	j := c.job()
	fill := func() {
		for ns := range uint64(2) {
			for u := range 3 + 2*ns {
				j.besides(func() { j.lists.Set(ns, u, []uint64{ns, u}) })
				j.besides(func() { j.logs.Add(ns, []uint64{ns, u}) })
			}
		}
	}
	walk := func() {
		j.besides(func() {
			n := 0
			j.lists.Each(0, func(u uint64, v []uint64) bool {
				n++
				c.same(fmt.Sprint("the map within ", u), sorted(j.eachOf(1)), []string{"0=[1 0]", "1=[1 1]", "2=[1 2]", "3=[1 3]", "4=[1 4]"})
				if !slices.Equal(v, []uint64{0, u}) {
					c.errorf("entry %d of the outer map is %v after an inner walk, want [0 %d]", u, v, u)
				}
				j.lists.Set(0, u, []uint64{0, u})
				return true
			})
			if n != 3 {
				c.errorf("the outer map yielded %d entries, want 3", n)
			}
			c.same("the outer map after it", sorted(j.eachOf(0)), []string{"0=[0 0]", "1=[0 1]", "2=[0 2]"})
		})
		j.besides(func() {
			n := uint64(0)
			j.logs.Each(0, func(v []uint64) bool {
				c.same(fmt.Sprint("the list within ", n), listed(j.logs, 1), []string{"[1 0]", "[1 1]", "[1 2]", "[1 3]", "[1 4]"})
				if !slices.Equal(v, []uint64{0, n}) {
					c.errorf("element %d of the outer list is %v after an inner walk, want [0 %d]", n, v, n)
				}
				n++
				return true
			})
			if n != 3 {
				c.errorf("the outer list yielded %d elements, want 3", n)
			}
		})
	}
	j.batch(upTo(3), func(int) { fill(); walk() })
	j.batch(upTo(3), func(int) { walk() })
}

// eachOf is what Each of lists yields in a namespace.
func (j *job) eachOf(ns uint64) (all []string) {
	j.lists.Each(ns, func(u uint64, v []uint64) bool { all = append(all, fmt.Sprint(u, "=", v)); return true })
	return all
}

// One reader may end before a Close that does not wait has had its turn, where the machine is busy with other things; not fifty in a row.
func closeWaitsForAReader(c *check) {
	j := c.crowd()
	j.fill(1)
	for range 50 {
		if closesUnderAReader(j.snapshot()) {
			c.errorf("Close returned while Each was in yield")
			return
		}
	}
}

// closesUnderAReader tells whether Close returned while yield of an Each gave way to it, and closes s.
func closesUnderAReader(s backends.Snapshot) bool {
	const turns = 2_000 // that a reader leaves to a Close which does not wait
	reads, closed, ended := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		first, left := true, false
		s.Each(40, func(*backends.Entry) error {
			if !first {
				return nil
			}
			first = false
			close(reads)
			for i := 0; i < turns && !left; i++ {
				select {
				case <-closed:
					left = true
				default:
					runtime.Gosched()
				}
			}
			return nil
		})
		if first { // nothing to read
			close(reads)
		}
		ended <- left
	}()
	<-reads
	s.Close()
	close(closed)
	return <-ended
}
