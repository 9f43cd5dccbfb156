package backendtest

import (
	"errors"
	"fmt"

	"github.com/weirbench/weir/backends"
)

func snapshotClauses() []clause {
	return []clause{
		{"snapshot-is-pinned", "A snapshot holds what the store held when Snapshot returned.", snapshotIsPinned},
		{"snapshot-of-shared-memory", "A snapshot does not see a value that was changed in place, nor what a map's value became.", snapshotOfSharedMemory},
		{"End-is-in-every-later-snapshot", "What was written before an End that returned nil is in every later snapshot.", endIsInEveryLaterSnapshot},
		{"two-snapshots-at-once", "Snapshots that are open together hold each its own moment, and go in any order.", twoSnapshotsAtOnce},
		{"snapshot-is-read-elsewhere", "Another goroutine reads a snapshot while the store goes on.", snapshotIsReadElsewhere},
		{"snapshot-by-group", "Each yields the entries of one key group, by state in the order of opening; other stores' groups are refused.", snapshotByGroup},
		{"yield-ends-the-walk", "An error of yield ends Each and is returned; the snapshot can be read again.", yieldEndsTheWalk},
		{"closed-snapshot-is-closed", "After Close, or the store's Close, Each returns an error that wraps ErrClosed; to close again is harmless.", closedSnapshotIsClosed},
		{"store-closes-under-a-reader", "The store's Close ends a snapshot that is being read elsewhere.", storeClosesUnderAReader},
		{"entries-are-alike", "An entry's bytes are the same from every backend.", entriesAreAlike},
	}
}

func snapshotIsPinned(c *check) {
	j := c.job()
	j.fill(1)
	want := lines(j.now())
	s := j.snapshot()
	defer s.Close()
	j.fill(2)
	j.wreck()
	c.same("snapshot", lines(c.entries(s)), want)
	c.same("the snapshot again", lines(c.entries(s)), want)
}

func snapshotOfSharedMemory(c *check) {
	j := c.job()
	j.batch(upTo(40), func(i int) {
		j.list.Set(void{}, []uint64{1, 2, 3})
		j.lists.Set(1, 5, []uint64{4, 5})
		j.logs.AddAll(1, [][]uint64{{6, 7}, {8}})
	})
	want := lines(j.now())
	s := j.snapshot()
	defer s.Close()
	for range 2 {
		j.batch(upTo(40), func(i int) {
			v, _ := j.list.Get(void{})
			v[0] = 99
			j.list.Set(void{}, v)
			m, _ := j.lists.Get(1, 5)
			m[0] = 99
			j.lists.Set(1, 5, m)
			var log [][]uint64
			j.logs.Each(1, func(v []uint64) bool {
				v[0] = 97
				log = append(log, v)
				return true
			})
			j.logs.Set(1, log)
			j.logs.Add(1, []uint64{96})
			j.lists.Each(1, func(u uint64, v []uint64) bool {
				v[1] = 98
				j.lists.Set(1, u, v)
				return true
			})
		})
	}
	c.same("snapshot", lines(c.entries(s)), want)
}

func endIsInEveryLaterSnapshot(c *check) {
	j, want := c.job(), 0
	for round := range 30 {
		j.batch([]uint64{uint64(round)}, func(int) {
			j.count.Set(void{}, uint64(round))
			want++
			j.besides(func() { j.sets.Set(void{}, "u", uint64(round)); want++ })
			j.besides(func() { j.timers.Register(int64(round), 0); want++ })
		})
		if n := len(j.now()); n != want {
			c.fatalf("after %d batches a snapshot has %d entries, want %d", round+1, n, want)
		}
	}
}

func twoSnapshotsAtOnce(c *check) {
	j := c.job()
	var open []backends.Snapshot
	var want [][]string
	for round := range 4 {
		j.fill(round)
		open, want = append(open, j.snapshot()), append(want, lines(j.now()))
	}
	for _, i := range []int{2, 0, 3, 1} {
		j.fill(10 + i)
		c.same(fmt.Sprintf("snapshot %d", i), lines(c.entries(open[i])), want[i])
		open[i].Close()
	}
	j.wreck()
}

func snapshotIsReadElsewhere(c *check) {
	j := c.job()
	j.fill(1)
	want := lines(j.now())
	s := j.snapshot()
	defer s.Close()
	half, wrote, read := make(chan bool), make(chan bool), make(chan []string)
	go func() { // reads on while the store writes, and surely after it wrote
		k := &check{}
		defer func() {
			if recover() != nil {
				read <- k.errs
			}
		}()
		first := k.entriesOf(s, 0, allGroups/2)
		close(half)
		<-wrote
		read <- lines(append(first, k.entriesOf(s, allGroups/2, allGroups)...))
	}()
	select {
	case <-half:
	case errs := <-read:
		c.fatalf("%s", errs)
	}
	j.fill(5)
	close(wrote)
	for round := range 3 {
		j.fill(round + 6)
		j.wreck()
	}
	c.same("snapshot", <-read, want)
}

func snapshotByGroup(c *check) {
	g := backends.Groups{First: 40, Last: 43}
	j := c.crowd()
	j.fill(1)
	s := j.snapshot()
	defer s.Close()
	if s.Groups() != g {
		c.errorf("Groups() = %v, want %v", s.Groups(), g)
	}
	place := map[string]int{}
	for i, name := range stateNames {
		place[name] = i
	}
	for group := g.First; group <= g.Last; group++ {
		last, n := 0, 0
		c.must("Each", s.Each(group, func(e *backends.Entry) error {
			if e.Group != group {
				c.errorf("Each(%d) gave %s", group, line(e))
			}
			if place[e.State] < last {
				c.errorf("Each(%d) gave %s after %s", group, e.State, stateNames[last])
			}
			last = place[e.State]
			n++
			return nil
		}))
		if n == 0 {
			c.errorf("Each(%d) gave nothing", group)
		}
	}
	for _, group := range []int{-1, 0, 39, 44, 127, 1 << 20} {
		if err := s.Each(group, func(*backends.Entry) error { return nil }); err == nil {
			c.errorf("Each(%d) of groups %v returned nil, want an error", group, g)
		}
	}
}

func yieldEndsTheWalk(c *check) {
	j := c.crowd()
	j.fill(1)
	s := j.snapshot()
	defer s.Close()
	full := errors.New("full")
	n := 0
	if err := s.Each(40, func(*backends.Entry) error { n++; return full }); !errors.Is(err, full) || n != 1 {
		c.errorf("Each = %v after %d entries, want %v after 1", err, n, full)
	}
	c.same("the snapshot again", lines(c.entries(s)), lines(j.now()))
}

func closedSnapshotIsClosed(c *check) {
	j := c.job()
	j.fill(1)
	first, second, third := j.snapshot(), j.snapshot(), j.snapshot()
	nothing := func(*backends.Entry) error { return nil }
	first.Close()
	first.Close()
	if err := first.Each(0, nothing); !errors.Is(err, backends.ErrClosed) {
		c.errorf("Each after Close = %v, want ErrClosed", err)
	}
	c.entries(second)
	c.must("the store's Close", j.Store.Close())
	for _, s := range []backends.Snapshot{second, third} {
		if err := s.Each(0, nothing); !errors.Is(err, backends.ErrClosed) {
			c.errorf("Each after the store's Close = %v, want ErrClosed", err)
		}
		s.Close()
	}
}

func storeClosesUnderAReader(c *check) {
	j := c.job()
	j.fill(1)
	s := j.snapshot()
	started, ended := make(chan bool), make(chan error)
	go func() {
		once := false
		for range 10000 {
			for group := range allGroups {
				if err := s.Each(group, func(*backends.Entry) error {
					if !once {
						once = true
						close(started)
					}
					return nil
				}); err != nil {
					ended <- err
					return
				}
			}
		}
		ended <- nil
	}()
	<-started
	c.must("the store's Close", j.Store.Close())
	if err := <-ended; !errors.Is(err, backends.ErrClosed) {
		c.errorf("Each while the store closes = %v, want ErrClosed", err)
	}
	s.Close()
}

func entriesAreAlike(c *check) {
	j := c.job()
	j.on(7, func() {
		j.count.Set(void{}, 0x0102)
		j.list.Set(void{}, []uint64{3})
		j.text.Set(void{}, "t")
		j.window.Set(9, 1)
		j.sets.Set(void{}, "u", 2)
		j.lists.Set(8, 6, []uint64{5})
		j.timers.Register(-1, 4)
		j.log.AddAll(void{}, []string{"a", "", "bc"})
		j.logs.Add(3, []uint64{1, 2})
	})
	key, group := "0000000000000007", backends.KeyGroup(7, allGroups)
	var want []string
	for _, e := range [][3]string{
		{"count", key, "0000000000000102"},
		{"list", key, "0000000000000003"},
		{"text", key, "74"},
		{"window", key + "0000000000000009", "0000000000000001"},
		{"sets", key + "75", "0000000000000002"},
		{"lists", key + "0000000000000008" + "0000000000000006", "0000000000000005"},
		{"timers", "7fffffffffffffff" + key + "0000000000000004", ""},
		{"log", key, "0161" + "00" + "026263"},
		{"logs", key + "0000000000000003", "10" + "0000000000000001" + "0000000000000002"},
	} {
		want = append(want, fmt.Sprintf("group %d %s %s=%s", group, e[0], e[1], e[2]))
	}
	c.same("entries", lines(j.now()), sorted(want))
}

const filled = 120 // keys

// fill writes to every state of some keys, differently each round.
func (j *job) fill(round int) {
	r := uint64(round)
	j.batch(upTo(filled), func(i int) {
		j.count.Set(void{}, r)
		j.list.Set(void{}, []uint64{r, uint64(i)})
		j.text.Set(void{}, fmt.Sprint("round ", round))
		j.besides(func() {
			j.log.Add(void{}, fmt.Sprint(round))
			j.logs.AddAll(r%2, [][]uint64{{r}, {}, {r, uint64(i)}})
		})
		for u := range 1 + (i+round)%12 {
			j.window.Set(uint64(u), r)
			j.besides(func() {
				j.sets.Set(void{}, fmt.Sprint(u*(round+1)), r)
				j.lists.Set(uint64(u%2), uint64(u), []uint64{r})
			})
			j.besides(func() { j.timers.Register(int64(i*10+u), r) })
		}
	})
}

// wreck clears and removes much.
func (j *job) wreck() {
	j.batch(upTo(filled), func(i int) {
		switch i % 3 {
		case 0:
			j.count.Clear(void{})
			j.list.Clear(void{})
			j.besides(func() { j.sets.Clear(void{}); j.lists.Clear(1) })
			j.besides(func() { j.log.Clear(void{}) })
		case 1:
			j.window.Clear(0)
			j.besides(func() { j.sets.Remove(void{}, "0"); j.lists.Remove(0, 0) })
			j.besides(func() { j.timers.Delete(int64(i*10), 1) })
			j.besides(func() { j.logs.Set(1, [][]uint64{{7}}) })
		}
	})
	j.besides(func() { j.pop(1000, 100) })
}
