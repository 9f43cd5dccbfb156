package engine_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	e "github.com/weirbench/weir/engine"
)

// counter counts by key and emits every count: the smallest job.
type counter struct {
	e.Untimed[uint64, uint64]
	n tables.Value[backends.Void, uint64]
}

func (c *counter) Open(s *tables.Scope[uint64]) (err error) {
	c.n, err = tables.OpenValue(s, "n", tables.None{}, tables.Uint64{})
	return err
}
func (c *counter) Process(_ struct{}, _ e.ID, _ int64, out *e.Out[uint64, uint64]) {
	n, _ := c.n.Get(backends.Void{})
	c.n.Set(backends.Void{}, n+1)
	out.Emit(n + 1)
}
func (c *counter) Cursors(dst []e.Cursor) []e.Cursor {
	n, _ := c.n.Get(backends.Void{})
	return append(dst, e.Cursor{N: int64(n)})
}

type numbers struct{ part, end, keys int64 }

func (l numbers) Read(off int64, max int, keys []uint64, vals []struct{}, times []int64) ([]uint64, []struct{}, []int64) {
	for ; max > 0 && off < l.end; max, off = max-1, off+1 {
		keys, vals, times = append(keys, uint64((off*7+l.part)%l.keys)), append(vals, struct{}{}), append(times, 1+off)
	}
	return keys, vals, times
}

// pairs is a transaction of keys and counts.
type pairs struct{ b []byte }

func (t *pairs) Add(r *e.Rows[uint64, uint64]) {
	for i := range r.Vals {
		t.b = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(t.b, r.Keys[i].K), r.Vals[i])
	}
}
func (t *pairs) Seal() []byte { b := t.b; t.b = nil; return b }

const records, keys = 200, 7

func build(s *e.Spec, epoch int64) (*e.Graph, error) {
	s.Open = func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
		return heap.Backend{}.Open(backends.Options{Groups: g})
	}
	return e.Build(s, epoch, e.Parts[uint64, struct{}, uint64]{
		Key:     tables.Longs(s.Groups),
		Log:     func(p int) e.Log[uint64, struct{}] { return numbers{int64(p), records, keys} },
		Op:      func() e.Operator[uint64, struct{}, uint64] { return &counter{} },
		Txn:     func() e.Txn[uint64, uint64] { return &pairs{} },
		ReadKey: func(_ int, nth int64) uint64 { return uint64(nth % keys) },
		Cursors: func(dst []e.Cursor, x *backends.Entry) []e.Cursor {
			return append(dst, e.Cursor{N: int64(binary.BigEndian.Uint64(x.Value))})
		},
	})
}

// tiny is the smallest driver there can be: one event at a time, in any order that keeps the promises to machines.
type tiny struct {
	r      *rand.Rand
	b      backends.Blobs
	g      *e.Graph
	takes  []e.Mask
	wake   []int64
	mail   [][]e.Msg
	flight [][]e.Op
	queues []*[]*e.Batch
	now    int64
	notes  map[e.Point]int
	facts  []e.Fact
	over   bool
	err    error
}

func drive(r *rand.Rand, g *e.Graph, b backends.Blobs, steps int) *tiny {
	n := len(g.Machines)
	d := &tiny{r: r, b: b, g: g, takes: make([]e.Mask, n), wake: make([]int64, n), mail: make([][]e.Msg, n), flight: make([][]e.Op, n), notes: map[e.Point]int{}}
	for range g.Chans {
		d.queues = append(d.queues, new([]*e.Batch))
	}
	for i := range n {
		d.step(i, &e.Event{Kind: e.Start})
	}
	for ; steps > 0 && !d.over && d.err == nil; steps-- {
		d.now++
		d.any()
	}
	return d
}

// any takes one of the events that are possible now.
func (d *tiny) any() {
	type choice struct {
		machine int
		ev      e.Event
		took    func()
	}
	var all []choice
	for i := range d.g.Machines {
		if len(d.mail[i]) > 0 {
			all = append(all, choice{i, e.Event{Kind: e.Tell, Msg: d.mail[i][0]}, func() { d.mail[i] = d.mail[i][1:] }})
		}
		for j := range d.flight[i] {
			all = append(all, choice{i, e.Event{Kind: e.Done}, func() {}})
			all[len(all)-1].ev.Chan = j
		}
		if d.wake[i] != 0 && d.wake[i] <= d.now {
			all = append(all, choice{i, e.Event{Kind: e.Wake}, func() { d.wake[i] = 0 }})
		}
		if d.takes[i]&e.MayPoll != 0 && d.room(i) {
			all = append(all, choice{i, e.Event{Kind: e.Poll}, func() {}})
		}
	}
	for c, ch := range d.g.Chans {
		if q := d.queues[c]; len(*q) > 0 && d.takes[ch.To]>>ch.In&1 != 0 && d.room(ch.To) {
			all = append(all, choice{ch.To, e.Event{Kind: e.Data, Chan: ch.In, Batch: (*q)[0]}, func() { *q = (*q)[1:] }})
		}
	}
	if len(all) == 0 {
		return
	}
	x := all[d.r.IntN(len(all))]
	x.took()
	if x.ev.Kind == e.Done {
		j := x.ev.Chan
		op := d.flight[x.machine][j]
		d.flight[x.machine] = append(d.flight[x.machine][:j:j], d.flight[x.machine][j+1:]...)
		payload, err := e.Encode(&op, nil)
		if err != nil {
			d.err = err
			return
		}
		x.ev.Res = e.Apply(d.b, &op, payload)
	}
	d.step(x.machine, &x.ev)
}

func (d *tiny) room(machine int) bool {
	for c, ch := range d.g.Chans {
		if ch.From == machine && len(*d.queues[c]) >= 2 {
			return false
		}
	}
	return true
}

func (d *tiny) step(i int, ev *e.Event) {
	ev.Now = d.now
	var fx e.Effects
	d.g.Machines[i].Step(ev, &fx)
	d.takes[i] = fx.Takes
	for _, s := range fx.Sends {
		for c, ch := range d.g.Chans {
			if ch.From == i && ch.Out == s.Chan {
				*d.queues[c] = append(*d.queues[c], s.Batch)
			}
		}
	}
	d.flight[i] = append(d.flight[i], fx.Ops...)
	for _, m := range fx.Tells {
		d.mail[m.To] = append(d.mail[m.To], m)
	}
	for _, n := range fx.Notes {
		d.notes[n.Point]++
	}
	for _, f := range fx.Facts {
		f.IDs = append([]e.ID(nil), f.IDs...)
		d.facts = append(d.facts, f)
	}
	if fx.Wake != 0 {
		d.wake[i] = fx.Wake
	}
	if ev.Batch != nil && !fx.Passed(ev.Batch) {
		ev.Batch.Cols.Poison()
		ev.Batch.Free()
	}
	d.over = d.over || fx.Over
	if fx.Err != nil {
		d.err = fmt.Errorf("%s: %w", d.g.Roles[i], fx.Err)
	}
}

func spec() *e.Spec {
	return &e.Spec{Sources: 2, Parallelism: 2, Groups: 8, Batch: 5, Interval: 150, Timeout: 1 << 40, Concurrent: 1, Retained: 2, Readers: 2, ReadEvery: 30, Track: true}
}

// published counts rows that readers of the output see, and says which are wrong.
func published(t *testing.T, b backends.Blobs) (rows map[[2]uint64]int) {
	rows = map[[2]uint64]int{}
	names, err := b.List("out/")
	if err != nil {
		t.Fatal(err)
	}
	get := func(name string) []byte {
		d, err := b.Get(name)
		if err == nil {
			d, err = e.Unseal(name, d)
		}
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, n := range names {
		for d := get(string(get(n))); len(d) > 0; d = d[16:] {
			rows[[2]uint64{binary.BigEndian.Uint64(d), binary.BigEndian.Uint64(d[8:])}]++
		}
	}
	return rows
}

// Whatever the order of events, and wherever an attempt is cut off, the output is every count of every key, once.
func TestMachinesUnderAnySchedule(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		b := blobs.NewMemory()
		s := spec()
		s.AtLeastOnce = false
		var d *tiny
		cut := 100 + r.IntN(3000)
		for epoch := int64(1); epoch < 20; epoch++ {
			g, err := build(s, epoch)
			if err != nil {
				t.Fatal(err)
			}
			steps := cut
			if epoch > 2 {
				steps = 1 << 20
			}
			d = drive(r, g, b, steps)
			if d.err != nil {
				t.Fatalf("seed %d, epoch %d: %v", seed, epoch, d.err)
			}
			if d.over {
				break
			}
		}
		if !d.over {
			t.Fatalf("seed %d: never over; notes %v", seed, d.notes)
		}
		rows := published(t, b)
		for row, n := range rows {
			if n != 1 {
				t.Fatalf("seed %d: key %d, count %d is published %d times, want 1", seed, row[0], row[1], n)
			}
		}
		if len(rows) != 2*records {
			t.Fatalf("seed %d: %d rows, want %d", seed, len(rows), 2*records)
		}
	}
}

// What is told in facts is what happened: all records applied, answers read, checkpoints committed with digests.
func TestFacts(t *testing.T) {
	b := blobs.NewMemory()
	s := spec()
	s.Interval = 30
	g, err := build(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	d := drive(rand.New(rand.NewPCG(1, 1)), g, b, 1<<20)
	if d.err != nil || !d.over {
		t.Fatal(d.err, d.over)
	}
	seen := map[e.FactKind]int{}
	ids := map[e.ID]int{}
	for _, f := range d.facts {
		seen[f.Kind]++
		if f.Kind == e.Applied {
			for _, id := range f.IDs {
				ids[id]++
			}
		}
		if f.Kind == e.GaveUp && !strings.Contains(f.Text, "no checkpoint") && !strings.Contains(f.Text, "absent") {
			t.Errorf("a read gave up: %s", f.Text)
		}
	}
	if len(ids) != 2*records {
		t.Errorf("%d records applied, want %d", len(ids), 2*records)
	}
	for _, k := range []e.FactKind{e.Owns, e.Asked, e.Answered, e.Committing, e.Committed, e.TakingOver, e.TookOver, e.Snapped, e.Publishing, e.Deleted} {
		if seen[k] == 0 {
			t.Errorf("no fact of kind %d", k)
		}
	}
	for p := e.AtTriggered; p <= e.AtCompleted; p++ {
		if p != e.AtUploading && p != e.AtManifest && d.notes[p] == 0 { // those two are the driver's
			t.Errorf("point %s was never passed", p)
		}
	}
}
