package engine_test

import (
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

// sale is a record of the first input. One of the second is a word.
type sale struct{ n uint64 }

// sales is a partition of the first input, words one of the second: their times ascend, each at its own pace, and so do their keys.
type (
	sales struct{ part int64 }
	words struct{ part int64 }
)

func (l sales) Read(off int64, max int, keys []uint64, vals []sale, times []int64) ([]uint64, []sale, []int64) {
	for ; max > 0 && off < records; max, off = max-1, off+1 {
		keys, vals, times = append(keys, l.key(off)), append(vals, sale{uint64(off%3 + 1)}), append(times, l.time(off))
	}
	return keys, vals, times
}

func (l words) Read(off int64, max int, keys []uint64, vals []string, times []int64) ([]uint64, []string, []int64) {
	for ; max > 0 && off < records/2; max, off = max-1, off+1 {
		keys, vals, times = append(keys, l.key(off)), append(vals, l.word(off)), append(times, l.time(off))
	}
	return keys, vals, times
}

func (l sales) key(off int64) uint64  { return uint64(off*5+l.part) % keysOf }
func (l sales) time(off int64) int64  { return 1 + 3*off }
func (l words) key(off int64) uint64  { return uint64(off*3+l.part) % keysOf }
func (l words) time(off int64) int64  { return 2 + 6*off }
func (l words) word(off int64) string { return strings.Repeat("x", int(off%4)) }

// till adds up by key, in spans of 50, what was sold and how long the words were, and emits both sums in one number when the span is over.
type till struct {
	sums  tables.Map[backends.Void, uint64, uint64]
	spans *e.TimerService[uint64, uint64, uint64]
}

const span = 50

func (o *till) Open(s *tables.Scope[uint64]) (err error) {
	if o.sums, err = tables.OpenMap(s, "sums", tables.None{}, tables.Uint64{}, tables.Uint64{}); err == nil {
		o.spans, err = e.OpenTimers(s, "spans", tables.Uint64{}, o.over)
	}
	return err
}

func (o *till) Timers() (event, processing e.Timers[uint64, uint64]) { return o.spans, nil }
func (o *till) Cursors(dst []e.Cursor) []e.Cursor                    { return dst }

func (o *till) First(s sale, _ e.ID, at int64, _ *e.Out[uint64, uint64])    { o.add(at, s.n) }
func (o *till) Second(w string, _ e.ID, at int64, _ *e.Out[uint64, uint64]) { o.add(at, inWords(w)) }

func inWords(w string) uint64 { return (1 + uint64(len(w))) << 20 }

func (o *till) add(at int64, n uint64) {
	of := uint64(at / span)
	was, _ := o.sums.Get(backends.Void{}, of)
	o.sums.Set(backends.Void{}, of, was+n)
	o.spans.Register(int64(of+1)*span, of)
}

func (o *till) over(_ int64, of uint64, out *e.Out[uint64, uint64]) {
	n, _ := o.sums.Get(backends.Void{}, of)
	o.sums.Remove(backends.Void{}, of)
	out.Emit(of<<40 | n)
}

// tilled are the parts of a job with so many partitions, every other one of the first input.
func tilled(s *e.Spec) e.TwoParts[uint64, sale, string, uint64] {
	s.Open = func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
		return heap.Backend{}.Open(backends.Options{Groups: g})
	}
	return e.TwoParts[uint64, sale, string, uint64]{
		Key: tables.Longs(s.Groups),
		First: func(p int) e.Log[uint64, sale] {
			if p%2 == 0 {
				return sales{int64(p)}
			}
			return nil
		},
		Second: func(p int) e.Log[uint64, string] {
			if p%2 == 0 {
				return nil
			}
			return words{int64(p)}
		},
		Op:  func() e.Two[uint64, sale, string, uint64] { return &till{} },
		Txn: func() e.Txn[uint64, uint64] { return &pairs{} },
	}
}

// wanted is what must come out, by key and span.
func wanted(parts int) map[[2]uint64]int {
	sums := map[[2]uint64]uint64{}
	for p := range int64(parts) {
		for off := range int64(records) {
			a, b := sales{p}, words{p}
			switch {
			case p%2 == 0:
				sums[[2]uint64{a.key(off), uint64(a.time(off) / span)}] += uint64(off%3 + 1)
			case off < records/2:
				sums[[2]uint64{b.key(off), uint64(b.time(off) / span)}] += inWords(b.word(off))
			}
		}
	}
	rows := map[[2]uint64]int{}
	for of, n := range sums {
		rows[[2]uint64{of[0], of[1]<<40 | n}]++
	}
	return rows
}

// runTill runs the job with an attempt that is cut off, and says what is wrong with its output.
func runTill(t *testing.T, seed uint64, planted *e.Planted) string {
	t.Helper()
	r, b := rand.New(rand.NewPCG(seed, 3)), blobs.NewMemory()
	s := spec()
	s.Sources, s.Parallelism, s.Planted, s.Interval = 2+int(seed%3), 1+int(seed%2), planted, 40
	var d *tiny
	for epoch, steps := int64(1), 50+r.IntN(700); epoch < 20; epoch++ {
		g, err := e.BuildTwo(s, epoch, tilled(s))
		if err != nil {
			t.Fatal(err)
		}
		if epoch > 2 {
			steps = 1 << 20
		}
		if d = drive(r, g, b, steps); d.err != nil {
			t.Fatalf("seed %d, epoch %d: %v", seed, epoch, d.err)
		}
		if d.over {
			break
		}
	}
	if !d.over {
		t.Fatalf("seed %d: never over; notes %v", seed, d.notes)
	}
	got, want := published(t, b), wanted(s.Sources)
	for row, n := range got {
		if n != 1 || want[row] != 1 {
			return fmt.Sprintf("key %d, span %d: %x is published %d times, want %d", row[0], row[1]>>40, row[1]&(1<<40-1), n, want[row])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%d rows, want %d", len(got), len(want))
	}
	return ""
}

// Whatever the order of events, and wherever an attempt is cut off: records of two types share the state and the timers of their key, and no timer fires
// before both inputs have passed it.
func TestTwoInputsUnderAnySchedule(t *testing.T) {
	for seed := range uint64(150) {
		if wrong := runTill(t, seed, nil); wrong != "" {
			t.Fatalf("seed %d: %s", seed, wrong)
		}
	}
}

// What can only go wrong where there are two inputs is seen in what comes out.
func TestTwoInputsBroken(t *testing.T) {
	for _, m := range e.Mutants() {
		if !m.Two {
			continue
		}
		seen := 0
		for seed := range uint64(60) {
			if runTill(t, seed, &e.Planted{Name: m.Name}) != "" {
				seen++
			}
		}
		if seen == 0 {
			t.Errorf("%s changes no output of 60 seeds", m.Name)
		}
		t.Logf("%s changes the output of %d seeds of 60", m.Name, seen)
	}
}

// A partition is of one input, and each input has one.
func TestTwoInputsRefused(t *testing.T) {
	for name, change := range map[string]func(*e.Spec, *e.TwoParts[uint64, sale, string, uint64]){
		"of both inputs or of none": func(_ *e.Spec, p *e.TwoParts[uint64, sale, string, uint64]) {
			p.First = func(int) e.Log[uint64, sale] { return sales{} }
		},
		"partition 1 is of both inputs or of none": func(_ *e.Spec, p *e.TwoParts[uint64, sale, string, uint64]) {
			p.Second = func(int) e.Log[uint64, string] { return nil }
		},
		"1 source partitions, and one of the two inputs has none": func(s *e.Spec, _ *e.TwoParts[uint64, sale, string, uint64]) { s.Sources = 1 },
	} {
		s := spec()
		parts := tilled(s)
		change(s, &parts)
		if _, err := e.BuildTwo(s, 1, parts); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("BuildTwo = %v, want %q", err, name)
		}
	}
}
