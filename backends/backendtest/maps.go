package backendtest

import (
	"fmt"
	"slices"
)

func mapClauses() []clause {
	return append(changedMapClauses(), []clause{
		{"map-holds-entries", "A map holds what was set and not removed, apart from other keys and namespaces.", mapHoldsEntries},
		{"each-yields-all", "Each yields every entry once: those of this batch, those before it, and none that was removed.", eachYieldsAll},
		{"each-stops", "Each ends when yield returns false.", eachStops},
		{"each-allows-the-current", "Inside Each the current entry may be set or removed, and every entry is still yielded once.", eachAllowsTheCurrent},
		{"each-order-is-the-calls", "The order of Each depends on the calls made and nothing else.", eachOrderIsTheCalls},
		{"cleared-map-is-gone", "A map that was cleared, or whose last entry was removed, does not exist: not for Each, not in a later snapshot.", clearedMapIsGone},
	}...)
}

func mapHoldsEntries(c *check) {
	j := c.job()
	for _, sizes := range [][2]int{{0, 5}, {5, 40}} { // a short map, then a long one
		j.batch(upTo(20), func(i int) {
			for u := sizes[0]; u < sizes[1]; u++ {
				j.sets.Set(void{}, fmt.Sprint(u), uint64(i*100+u))
				j.lists.Set(uint64(u%2), uint64(u), []uint64{uint64(i), uint64(u)})
			}
			j.sets.Remove(void{}, fmt.Sprint(sizes[0]))
			j.sets.Remove(void{}, "not there")
		})
		j.batch(upTo(20), func(i int) {
			for u := range sizes[1] {
				v, ok := j.sets.Get(void{}, fmt.Sprint(u))
				if has := u != 0 && u != sizes[0]; ok != has || has && v != uint64(i*100+u) {
					c.errorf("key %d entry %d = %d, %v, want %d, %v", i, u, v, ok, i*100+u, has)
				}
				if v, _ := j.lists.Get(uint64(u%2), uint64(u)); !slices.Equal(v, []uint64{uint64(i), uint64(u)}) {
					c.errorf("key %d list %d = %v, want [%d %d]", i, u, v, i, u)
				}
				if _, ok := j.lists.Get(uint64(u%2+1), uint64(u)); ok && u%2 == 0 {
					c.errorf("key %d list %d is in two namespaces", i, u)
				}
			}
		})
	}
}

func eachYieldsAll(c *check) {
	j := c.job()
	const n = 700 // more than two blocks
	j.on(1, func() {
		for u := range n {
			j.sets.Set(void{}, fmt.Sprintf("%04d", u), uint64(u))
		}
	})
	j.on(2, func() { j.sets.Set(void{}, "other", 1) })
	j.on(1, func() {
		var want []string
		for u := range n + 50 {
			name := fmt.Sprintf("%04d", u)
			switch {
			case u%3 == 0:
				j.sets.Remove(void{}, name)
				continue
			case u%3 == 1 || u >= n:
				j.sets.Set(void{}, name, uint64(u+1))
				want = append(want, fmt.Sprint(name, "=", u+1))
				continue
			}
			want = append(want, fmt.Sprint(name, "=", u))
		}
		c.same("Each", sorted(j.each()), want)
	})
}

func eachStops(c *check) {
	j := c.job()
	stops := func() {
		n := 0
		j.sets.Each(void{}, func(string, uint64) bool { n++; return n < 2 })
		if n != 2 {
			c.errorf("Each yielded %d entries, want 2", n)
		}
	}
	j.on(1, func() {
		for u := range 600 {
			j.sets.Set(void{}, fmt.Sprint(u), 1)
		}
		stops()
	})
	j.on(1, stops)
}

func eachAllowsTheCurrent(c *check) {
	for _, size := range []int{1, 3, 7, 40, 600} {
		for _, settled := range []bool{false, true} {
			j := c.job()
			fill := func() {
				for u := range size {
					j.sets.Set(void{}, fmt.Sprint(u), uint64(u))
				}
			}
			seen := map[string]int{}
			walk := func() {
				j.sets.Each(void{}, func(u string, v uint64) bool {
					switch seen[u]++; v % 4 {
					case 0:
						j.sets.Remove(void{}, u)
					case 1:
						j.sets.Set(void{}, u, v+4000)
					case 2:
						j.sets.Remove(void{}, u)
						j.sets.Set(void{}, u, v+8000)
					}
					return len(seen) <= size
				})
			}
			if settled {
				j.on(1, fill)
				j.on(1, walk)
			} else {
				j.on(1, func() { fill(); walk() })
			}
			var want []string
			for u := range size {
				if n := seen[fmt.Sprint(u)]; n != 1 {
					c.errorf("of %d, entry %d was yielded %d times", size, u, n)
				}
				if u%4 != 0 {
					want = append(want, fmt.Sprint(u, "=", u+[]int{0, 4000, 8000, 0}[u%4]))
				}
			}
			j.on(1, func() { c.same("what is left", sorted(j.each()), sorted(want)) })
		}
	}
}

func eachOrderIsTheCalls(c *check) {
	var want []string
	for range 3 {
		j := c.job()
		var got []string
		for round := range 4 {
			j.on(1, func() {
				for u := range 60 {
					j.sets.Set(void{}, fmt.Sprint((u*7+round)%60), uint64(u))
				}
				j.sets.Remove(void{}, fmt.Sprint(round*5))
				got = append(got, j.each()...)
			})
		}
		if want == nil {
			want = got
		}
		c.same("Each", got, want)
	}
}

func clearedMapIsGone(c *check) {
	j := c.job()
	gone := func() {
		if left := j.each(); len(left) != 0 {
			c.errorf("Each yields %s, want nothing", left[0])
		}
	}
	fill := func(i int) {
		for u := range 20 {
			j.sets.Set(void{}, fmt.Sprint(u), 1)
		}
	}
	drop := func(i int) {
		if i == 0 {
			j.sets.Clear(void{})
		} else {
			for u := range 20 {
				j.sets.Remove(void{}, fmt.Sprint(u))
			}
		}
		gone()
	}
	j.batch(upTo(2), func(i int) { fill(i); drop(i) })
	j.batch(upTo(2), fill)
	j.batch(upTo(2), drop)
	j.batch(upTo(2), func(int) { gone() })
	if es := j.now(); len(es) != 0 {
		c.errorf("a snapshot has %s, want nothing", line(&es[0]))
	}
}

// each is what Each yields for the current key, in its order.
func (j *job) each() (all []string) {
	j.sets.Each(void{}, func(u string, v uint64) bool {
		all = append(all, fmt.Sprint(u, "=", v))
		return true
	})
	return all
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}
