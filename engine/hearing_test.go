package engine_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	e "github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
)

// said is a record that knows where it is from. Every tenth is for all tasks.
type said struct {
	part int
	off  int64
}

func (s said) forAll() bool { return s.off%10 == 0 }

type sayings struct{ part int }

func (l sayings) Read(off int64, max int, keys []uint64, vals []said, times []int64) ([]uint64, []said, []int64) {
	for ; max > 0 && off < records; max, off = max-1, off+1 {
		keys, vals, times = append(keys, uint64(off)%keysOf), append(vals, said{l.part, off}), append(times, 1+off)
	}
	return keys, vals, times
}

const keysOf = 7

// listener has the last record for all of each partition in a broadcast map, and keeps a row of every record in a split list until the watermark
// has passed its time.
type listener struct {
	e.Untimed[uint64, uint64]
	keys  *backends.Keys[uint64]
	last  *state.BroadcastMap[uint64, uint64]
	rows  *state.OperatorList[uint64] // the key, the partition and the offset in one
	wrong *[]string
}

func (l *listener) Open(s *tables.Scope[uint64]) error {
	l.keys = s.Keys
	return nil
}

func (l *listener) Initialize(s *state.Operator) (err error) {
	if l.last, err = state.OpenBroadcast(s, "last", tables.Uint64{}, tables.Uint64{}); err == nil {
		l.rows, err = state.OpenSplit(s, "rows", tables.Uint64{})
	}
	return err
}

func (l *listener) Snapshot() error { return nil }

func (l *listener) Hear(v said, id e.ID, _ int64, mine bool, out *e.Out[uint64, uint64]) {
	if was, ok := l.last.Get(uint64(v.part)); ok != (v.off > 0) || ok && int64(was) != v.off-10 {
		*l.wrong = append(*l.wrong, fmt.Sprintf("partition %d says %d behind %d, %v", v.part, v.off, was, ok))
	}
	l.last.Set(uint64(v.part), uint64(v.off))
	if mine {
		l.keep(v, id)
	}
}

func (l *listener) Process(v said, id e.ID, _ int64, _ *e.Out[uint64, uint64]) {
	if was, ok := l.last.Get(uint64(v.part)); !ok || int64(was) != v.off-v.off%10 || v.forAll() {
		*l.wrong = append(*l.wrong, fmt.Sprintf("record %d of partition %d comes behind %d, %v", v.off, v.part, was, ok))
	}
	l.keep(v, id)
}

func (l *listener) keep(v said, id e.ID) {
	if id != e.MakeID(v.part, v.off) {
		*l.wrong = append(*l.wrong, fmt.Sprintf("record %d of partition %d has the name %x", v.off, v.part, id))
	}
	l.rows.Add(l.keys.Cur().K<<56 | uint64(v.part)<<48 | uint64(v.off))
}

func (l *listener) Reach(mark int64, out *e.Out[uint64, uint64]) {
	for _, r := range l.rows.Take(func(r uint64) bool { return 1+int64(r&(1<<48-1)) <= mark }) {
		out.EmitFor(r>>56, r)
	}
}

func (l *listener) Cursors(dst []e.Cursor) []e.Cursor { return dst }

func listening(s *e.Spec, epoch int64, wrong *[]string) (*e.Graph, error) {
	s.Open = func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
		return heap.Backend{}.Open(backends.Options{Groups: g})
	}
	return e.Build(s, epoch, e.Parts[uint64, said, uint64]{
		Key:        tables.Longs(s.Groups),
		Log:        func(p int) e.Log[uint64, said] { return sayings{p} },
		Op:         func() e.Operator[uint64, said, uint64] { return &listener{wrong: wrong} },
		Everywhere: said.forAll,
		Txn:        func() e.Txn[uint64, uint64] { return &pairs{} },
	})
}

// Whatever the order of events, and wherever an attempt is cut off: every task hears what is for all in its order between the other records,
// what waits without a key comes out once under its own, and what is applied is applied once in an attempt.
func TestOperatorStateUnderAnySchedule(t *testing.T) {
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 2))
		b := blobs.NewMemory()
		var wrong []string
		var d *tiny
		for epoch, steps := int64(1), 100+r.IntN(3000); epoch < 20; epoch++ {
			s := spec()
			s.Parallelism = 1 + int(seed%3)
			g, err := listening(s, epoch, &wrong)
			if err != nil {
				t.Fatal(err)
			}
			if epoch > 2 {
				steps = 1 << 20
			}
			d = drive(r, g, b, steps)
			if d.err != nil || len(wrong) > 0 {
				t.Fatalf("seed %d, epoch %d: %v, %q", seed, epoch, d.err, wrong)
			}
			applied := map[e.ID]int{}
			for _, f := range d.facts {
				for _, id := range f.IDs {
					if applied[id]++; applied[id] > 1 {
						t.Fatalf("seed %d, epoch %d: record %x is applied %d times, want 1", seed, epoch, id, applied[id])
					}
				}
			}
			if d.over {
				break
			}
		}
		rows := published(t, b)
		for row, n := range rows {
			if n != 1 || row[0] != row[1]>>56 || row[0] != row[1]&(1<<48-1)%keysOf {
				t.Fatalf("seed %d: row %x comes out %d times under key %d, want once under its own", seed, row[1], n, row[0])
			}
		}
		if !d.over || len(rows) != 2*records {
			t.Fatalf("seed %d: %d rows, want %d, over %v", seed, len(rows), 2*records, d.over)
		}
	}
}

// A part says what its task holds without a key, and a flipped letter of it is an error.
func TestPartWithOperatorState(t *testing.T) {
	p := e.StatePart{Name: "state/1-2-0-ab", Size: 12, Index: 3, Entries: 4, Digest: e.Digest{1, 2}, Groups: backends.Groups{First: 4, Last: 7}, Copy: e.Digest{3, 4},
		Held: string(state.AppendShares(nil, []state.Share{{Mode: state.Union, Name: "u", Elements: []state.Element{{Key: []byte("k\n ")}}}}))}
	text := []byte(p.String())
	if again, err := e.ParseStatePart(text); err != nil || again != p {
		t.Errorf("ParseStatePart(%q) = %+v, %v", text, again, err)
	}
	bad := slices.Clone(text)
	bad[len(bad)-1] = '!'
	if _, err := e.ParseStatePart(bad); err == nil {
		t.Errorf("%q is read as a part", bad)
	}
}
