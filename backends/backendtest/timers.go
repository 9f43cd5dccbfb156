package backendtest

import (
	"fmt"
	"math"
	"slices"

	"github.com/weirbench/weir/backends"
)

func timerClauses() []clause {
	return []clause{
		{"timers-come-in-order", "Timers come out in the order of time, each once, and none that is later than asked for.", timersComeInOrder},
		{"pop-fills-what-there-is-room-for", "Pop appends to dst up to its capacity, and what found no room comes next.", popFillsWhatThereIsRoomFor},
		{"deleted-timer-does-not-fire", "A timer that was deleted does not fire, unless it was registered again.", deletedTimerDoesNotFire},
		{"fired-timer-may-come-again", "A timer that fired is gone, also from later snapshots, and may be registered anew.", firedTimerMayComeAgain},
		{"timer-behind-the-cache", "A timer that is registered between those that a store remembers and those that it has to read fires in its turn.", timerBehindTheCache},
	}
}

func timersComeInOrder(c *check) {
	j := c.crowd()
	var want []string
	for round := range 3 {
		j.batch(upTo(600), func(i int) {
			at := int64((i*7919+round*13)%1000 - 500)
			j.timers.Register(at, uint64(round))
			j.timers.Register(at, uint64(round)) // again changes nothing
			if at <= 100 {
				want = append(want, fired(at, uint64(i), uint64(round)))
			}
		})
	}
	var got []string
	last := int64(math.MinInt64)
	for _, f := range j.pop(100, 50) {
		if f.At < last {
			c.errorf("Pop gave %d after %d", f.At, last)
		}
		last = f.At
		got = append(got, fired(f.At, f.Key.K, f.NS))
	}
	c.same("what fired", sorted(got), sorted(want))
	if at, ok := j.head(); !ok || at <= 100 {
		c.errorf("Head = %d, %v, want a later one than 100", at, ok)
	}
}

func popFillsWhatThereIsRoomFor(c *check) {
	j := c.crowd()
	j.batch(upTo(40), func(i int) { j.timers.Register(int64(i), 0) })
	j.on(0, func() {
		if got := j.timers.Pop(100, nil); len(got) != 0 {
			c.errorf("Pop without room gave %d timers", len(got))
		}
		dst := append(make([]backends.Timer[uint64, uint64], 0, 7), backends.Timer[uint64, uint64]{At: -1})
		dst = j.timers.Pop(100, dst)
		if len(dst) != 7 || dst[0].At != -1 || dst[6].At != 5 {
			c.errorf("Pop gave %d timers that end at %d, want 7 that end at 5", len(dst), dst[len(dst)-1].At)
		}
		if at, ok := j.timers.Head(); at != 6 || !ok {
			c.errorf("Head = %d, %v, want 6, true", at, ok)
		}
	})
}

func deletedTimerDoesNotFire(c *check) {
	for _, settled := range []bool{false, true} {
		j := c.crowd()
		register := func(i int) {
			for at := range int64(9) {
				j.timers.Register(at*100, uint64(at%2))
			}
		}
		remove := func(i int) {
			for at := range int64(8) { // not the last
				j.timers.Delete(at*100, uint64(at%2))
				j.timers.Delete(at*100, 5) // not there
			}
			j.timers.Register(300, 1)
		}
		if settled {
			j.batch(upTo(300), register)
			j.batch(upTo(300), remove)
		} else {
			j.batch(upTo(300), func(i int) { register(i); remove(i) })
		}
		var got, want []string
		for _, f := range j.pop(math.MaxInt64, 64) {
			got = append(got, fired(f.At, f.Key.K, f.NS))
		}
		for k := range uint64(300) {
			want = append(want, fired(300, k, 1), fired(800, k, 0))
		}
		c.same("what fired", sorted(got), sorted(want))
	}
}

func firedTimerMayComeAgain(c *check) {
	j := c.crowd()
	j.batch(upTo(300), func(i int) { j.timers.Register(int64(i), 0); j.timers.Register(int64(1000+i), 0) })
	j.pop(999, 1000)
	if n := len(j.now()); n != 300 {
		c.errorf("a snapshot has %d timers, want 300", n)
	}
	var again []backends.Timer[uint64, uint64]
	j.batch(upTo(300), func(i int) {
		if i == 0 {
			again = j.timers.Pop(1100, make([]backends.Timer[uint64, uint64], 0, 50))
		}
		if i < 50 {
			j.timers.Register(1000+int64(i), 0) // as it was
		}
		j.timers.Register(int64(i), 0) // before all that are there
	})
	c.same("what fired first", timersOf(again), timersFrom(1000, 50))
	c.same("what fired then", timersOf(j.pop(math.MaxInt64, 17)), sorted(append(timersFrom(0, 300), timersFrom(1000, 300)...)))
	if n := len(j.now()); n != 0 {
		c.errorf("a snapshot has %d timers after all fired, want none", n)
	}
}

func timerBehindTheCache(c *check) {
	j := c.crowd()
	j.on(7, func() {
		for at := range int64(300) {
			j.timers.Register(at, 0)
		}
		for at := int64(100); at < 200; at++ {
			j.timers.Delete(at, 0)
		}
		j.timers.Register(110, 0)
	})
	var got, want []string
	for _, f := range j.pop(1000, 1000) {
		got = append(got, fmt.Sprint(f.At))
	}
	for at := range 300 {
		if at < 100 || at >= 200 || at == 110 {
			want = append(want, fmt.Sprint(at))
		}
	}
	c.same("what fired", got, want)
	tiesBehindTheCache(c)
	fewAreLeft(c)
}

// tiesBehindTheCache is the same with one instant, where keys alone say what comes first.
func tiesBehindTheCache(c *check) {
	j := c.crowd()
	even, odd := make([]uint64, 2400), make([]uint64, 500)
	for i := range even {
		even[i] = uint64(2 * i)
	}
	for i := range odd {
		odd[i] = uint64(2*i + 1)
	}
	j.batch(even, func(int) { j.timers.Register(5, 0) })
	j.batch(even[400:500], func(int) { j.timers.Delete(5, 0) })
	j.batch(odd[400:500], func(int) { j.timers.Register(5, 0) })
	var got, want []string
	for _, f := range j.pop(5, 64) {
		got = append(got, fired(f.At, f.Key.K, 0))
	}
	for i, k := range even {
		if i < 400 || i >= 500 {
			want = append(want, fired(5, k, 0))
		}
	}
	for _, k := range odd[400:500] {
		want = append(want, fired(5, k, 0))
	}
	c.same("what fired at one instant", sorted(got), sorted(want))
}

// fewAreLeft deletes most of what is there, from its head on: what is left comes in order all the same.
func fewAreLeft(c *check) {
	j := c.crowd()
	const n, gone = 300, 183
	j.on(7, func() {
		for i := range int64(n) {
			j.timers.Register(i*37%n, 0)
		}
		for at := range int64(gone) {
			j.timers.Delete(at, 0)
		}
		if at, ok := j.timers.Head(); !ok || at != gone {
			c.errorf("Head = %d, %v after all before %d were deleted, want %d, true", at, ok, gone, gone)
		}
	})
	var got, want []string
	for _, f := range j.pop(n, n) {
		got = append(got, fmt.Sprint(f.At))
	}
	for at := gone; at < n; at++ {
		want = append(want, fmt.Sprint(at))
	}
	c.same("what is left", got, want)
}

// timersFrom is a timer for each of n keys, at times from `at` on.
func timersFrom(at int64, n int) (all []string) {
	for i := range n {
		all = append(all, fired(at+int64(i), uint64(i), 0))
	}
	return sorted(all)
}

func fired(at int64, key, ns uint64) string {
	return fmt.Sprintf("%d key %d namespace %d", at, key, ns)
}

// pop takes all timers that are due, some at a time, in batches of their own.
func (j *job) pop(until int64, some int) (all []backends.Timer[uint64, uint64]) {
	dst := make([]backends.Timer[uint64, uint64], 0, some)
	for {
		j.on(0, func() { dst = j.timers.Pop(until, dst[:0]) })
		if len(dst) == 0 {
			return all
		}
		if all = append(all, dst...); len(all) > 1<<20 {
			j.fatalf("Pop does not come to an end")
		}
	}
}

func (j *job) head() (at int64, ok bool) {
	j.on(0, func() { at, ok = j.timers.Head() })
	return at, ok
}

// ties takes what is due at the time of the last of these, too: ties come in any order, so a cut within them says nothing.
func (j *job) ties(some []backends.Timer[uint64, uint64]) []backends.Timer[uint64, uint64] {
	for len(some) > 0 {
		at := some[len(some)-1].At
		if head, ok := j.timers.Head(); !ok || head > at {
			break
		}
		some = append(some, j.timers.Pop(at, make([]backends.Timer[uint64, uint64], 0, 64))...)
	}
	slices.SortStableFunc(some, func(a, b backends.Timer[uint64, uint64]) int { return int(min(max(a.At-b.At, -1), 1)) })
	return some
}
