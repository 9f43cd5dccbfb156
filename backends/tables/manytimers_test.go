package tables_test

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
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

// walked counts what is read of a database.
type walked struct {
	*pebble.DB
	iters, rows, gets int
}

func (d *walked) Get(key, buf []byte) ([]byte, bool, error) {
	d.gets++
	return d.DB.Get(key, buf)
}

func (d *walked) MultiGet(keys, vals *backends.Rows) error {
	d.gets++
	return d.DB.MultiGet(keys, vals)
}

func (d *walked) Iter(lo, hi []byte) (kv.Iter, error) {
	d.iters++
	it, err := d.DB.Iter(lo, hi)
	return walkedIter{it, d}, err
}

type walkedIter struct {
	kv.Iter
	d *walked
}

func (it walkedIter) Next(rows *backends.Rows, max int) error {
	before := rows.Len()
	err := it.Iter.Next(rows, max)
	it.d.rows += (rows.Len() - before) / 2
	return err
}

// Timers are registered without reading, and polled in blocks of two thousand: to take all of them, each is read once, and a place is looked for once for
// each block and not for each timer.
func TestTimersAreReadInBlocks(t *testing.T) {
	n := 20_000
	if os.Getenv("WEIR_NIGHTLY") != "" {
		n = 1_000_000
	}
	db := &walked{}
	b := kv.Over(func(o backends.Options) (_ kv.DB, err error) {
		db.DB, err = pebble.OpenDB(o, true)
		return db, err
	}, kv.Options{})
	c := newCrowd(t, b, 1)
	c.begin()
	defer c.store.Close()
	for from := 0; from < n; from += 1000 {
		c.scope.Fill([]uint64{uint64(from / 1000)})
		c.store.Begin()
		for i := range 1000 {
			c.timers.Register(int64((from+i)*7919%n), "")
		}
		c.end()
	}
	if db.iters+db.gets > 0 {
		t.Errorf("%d timers were registered with %d iterators and %d gets, want none", n, db.iters, db.gets)
	}
	popped := 0
	for due := make([]backends.Timer[uint64, string], 0, 64); ; popped += len(due) {
		c.store.Begin()
		due = c.timers.Pop(math.MaxInt64, due[:0])
		c.end()
		if len(due) == 0 {
			break
		}
	}
	const groups, block, edge = 2, 2048, 3 // a block is cut short at the begin and the end of a key group
	if most := n/block + groups*edge; popped != n || db.iters > most || db.rows > n || db.gets > 0 || db.iters < 2 {
		t.Errorf("%d of %d timers were popped with %d iterators that read %d, and %d gets; want at most %d that read each once", popped, n, db.iters, db.rows, db.gets, most)
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
