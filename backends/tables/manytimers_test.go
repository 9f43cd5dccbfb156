package tables_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/tables"
)

// A timed is a timer in the model, which is a map.
type timed struct {
	at  int64
	key uint64
	ns  string
}

// crowd is timers by the thousand in two key groups, more than a table keeps at hand, beside the model.
type crowd struct {
	t      *testing.T
	open   func() backends.Store
	r      *rand.Rand
	store  backends.Store
	scope  *tables.Scope[uint64]
	timers tables.Timers[uint64, string]
	want   map[timed]bool
}

func newCrowd(t *testing.T, b backends.Backend, seed uint64) *crowd {
	return &crowd{t: t, r: rand.New(rand.NewPCG(seed, 1)), want: map[timed]bool{}, open: func() backends.Store {
		s, err := b.Open(backends.Options{Groups: backends.Groups{Last: 1}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}}
}

func (c *crowd) begin() {
	c.store = c.open()
	c.scope = &tables.Scope[uint64]{Store: c.store, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(2)}
	var err error
	if c.timers, err = tables.OpenTimers(c.scope, "crowd", tables.String{}); err != nil {
		c.t.Fatal(err)
	}
}

// draw draws one of few hundred instants, of which some are negative, or the first or last that there are.
func (c *crowd) draw() timed {
	x := timed{c.r.Int64N(700) - 100, c.r.Uint64N(40), "some"[:c.r.IntN(5)]}
	switch c.r.IntN(500) {
	case 0:
		x.at = math.MaxInt64
	case 1:
		x.at = math.MinInt64
	}
	return x
}

// change registers and, in so many of a hundred cases, deletes, in one batch.
func (c *crowd) change(deletes int) {
	some := make([]timed, 1+c.r.IntN(300))
	keys := make([]uint64, len(some))
	for i := range some {
		some[i] = c.draw()
		keys[i] = some[i].key
	}
	c.scope.Fill(keys)
	c.store.Begin()
	for i, x := range some {
		if c.scope.Keys.At = i; c.r.IntN(100) < deletes {
			c.timers.Delete(x.at, x.ns)
			delete(c.want, x)
		} else {
			c.timers.Register(x.at, x.ns)
			c.want[x] = true
		}
	}
	c.end()
}

func (c *crowd) end() {
	if err := c.store.End(); err != nil {
		c.t.Fatal(err)
	}
}

// pop takes some, which must be the earliest.
func (c *crowd) pop(max int) {
	until := int64(math.MaxInt64)
	if c.r.IntN(2) == 0 {
		until = c.r.Int64N(700) - 100
	}
	c.store.Begin()
	due := c.timers.Pop(until, make([]backends.Timer[uint64, string], 0, max))
	c.end()
	last := int64(math.MinInt64)
	for _, d := range due {
		x := timed{d.At, d.Key.K, d.NS}
		if !c.want[x] || x.at < last || x.at > until {
			c.t.Fatalf("Pop(%d) took %v behind one of %d; it was there: %v", until, x, last, c.want[x])
		}
		delete(c.want, x)
		last = x.at
	}
	full := len(due) == max // then some of the last instant may be left
	least, any := int64(math.MaxInt64), false
	for x := range c.want {
		if least, any = min(least, x.at), true; x.at <= until && !full || x.at < last {
			c.t.Fatalf("Pop(%d) left %v; what it took last is of %d", until, x, last)
		}
	}
	if at, ok := c.timers.Head(); ok != any || ok && at != least {
		c.t.Fatalf("Head() = %d, %v; want %d, %v", at, ok, least, any)
	}
}

// move goes on in another store.
func (c *crowd) move() {
	f, err := c.store.Snapshot()
	if err != nil {
		c.t.Fatal(err)
	}
	old := c.store
	c.begin()
	for g := range 2 {
		if err := f.Each(g, c.store.Restore); err != nil {
			c.t.Fatal(err)
		}
	}
	f.Close()
	if err := old.Close(); err != nil {
		c.t.Fatal(err)
	}
}

// What a table keeps at hand of a key group is not all, and is read again in blocks: whatever is registered, deleted and taken in between, timers come
// out as from a plain set.
func TestTimersByTheThousand(t *testing.T) {
	for name, backend := range every.Backend() { // in any order
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(6) {
				c := newCrowd(t, backend, seed)
				c.begin()
				for step := range 400 {
					switch r := c.r.IntN(100); {
					case step%100 < 30: // many come
						c.change(int(seed) * 10)
					case r < 2:
						c.move()
					case r < 40:
						c.change(20 + int(seed)*10)
					default:
						c.pop(1 + c.r.IntN(200))
					}
				}
				for len(c.want) > 0 {
					c.pop(64)
				}
				if err := c.store.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// Timers are deleted at the edge of what is kept at hand, and registered there again; and what is at hand is deleted without one being taken.
func TestTimersAtTheEdge(t *testing.T) {
	for name, b := range every.Backend() {
		t.Run(name, func(t *testing.T) { timersAtTheEdge(t, b) })
	}
}

func timersAtTheEdge(t *testing.T, b backends.Backend) {
	c := newCrowd(t, b, 1)
	c.begin()
	defer c.store.Close()
	each := func(from, to int64, do func(at int64, ns string)) {
		c.scope.Fill([]uint64{1})
		c.store.Begin()
		for at := from; at <= to; at++ {
			do(at, "")
		}
		c.end()
	}
	each(1, 1000, c.timers.Register)
	each(100, 200, c.timers.Delete)
	each(120, 150, c.timers.Register)
	each(1, 99, c.timers.Delete)
	c.store.Begin()
	due := c.timers.Pop(math.MaxInt64, make([]backends.Timer[uint64, string], 0, 1000))
	c.end()
	want := int64(120)
	for _, d := range due {
		if d.At != want {
			t.Fatalf("Pop took a timer of %d, want %d", d.At, want)
		}
		if want++; want == 151 {
			want = 201
		}
	}
	if want != 1001 {
		t.Errorf("Pop took %d timers and not that of %d", len(due), want)
	}
}
