package engine_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	e "github.com/weirbench/weir/engine"
)

// disordered is a log of ten records whose times descend in threes, with a watermark behind every three.
type disordered struct{}

func (disordered) Read(off int64, max int, keys []uint64, vals []backends.Void, times []int64) ([]uint64, []backends.Void, []int64) {
	for ; off < 10 && max > 0; off, max = off+1, max-1 {
		keys, vals, times = append(keys, 1), append(vals, backends.Void{}), append(times, 100+10*(off-off%3)+3-off%3)
	}
	return keys, vals, times
}

func (disordered) NextMark(off int64) (at, mark int64) {
	if at = off - off%3 + 3; at > 10 {
		return math.MaxInt64, e.NoMark
	}
	return at, 100 + 10*(at-3) + 3
}

type deaf struct{ e.Untimed[uint64, uint64] }

func (deaf) Open(*tables.Scope[uint64]) error                           { return nil }
func (deaf) Process(backends.Void, e.ID, int64, *e.Out[uint64, uint64]) {}
func (deaf) Cursors(dst []e.Cursor) []e.Cursor                          { return dst }

type nowhere struct{}

func (nowhere) Add(*e.Rows[uint64, uint64]) {}
func (nowhere) Seal() []byte                { return nil }

// A log that says where its watermarks stand is read from one to the next, whatever the size of a batch, and after a recovery too.
func TestMarkedLog(t *testing.T) {
	want := map[int][]string{
		100: {"3 rows, then 103", "3 rows, then 133", "3 rows, then 163", "1 rows, then 163", "0 rows, then the end"},
		2:   {"2 rows, then none", "1 rows, then 103", "2 rows, then 103", "1 rows, then 133", "2 rows, then 133", "1 rows, then 163", "1 rows, then 163", "0 rows, then the end"},
	}
	for batch, want := range want {
		if got := sends(t, batch, nil); !slices.Equal(got, want) {
			t.Errorf("by %d the source sends %q, want %q", batch, got, want)
		}
	}
	// what is restored stands behind the fifth record, in the middle of three
	if got, want := sends(t, 100, e.SourcePart(5, 103)), []string{"0 rows, then 103", "1 rows, then 133", "3 rows, then 163", "1 rows, then 163", "0 rows, then the end"}; !slices.Equal(got, want) {
		t.Errorf("after a recovery the source sends %q, want %q", got, want)
	}
	for mark, want := range map[int64]string{-7: "0 rows, then -7", 0: "0 rows, then 0", e.NoMark: "1 rows, then 133"} { // one is said again, whatever it is
		if got := sends(t, 100, e.SourcePart(5, mark)); got[0] != want {
			t.Errorf("restored with the watermark %d the source sends first %q, want %q", mark, got[0], want)
		}
	}
}

func sends(t *testing.T, batch int, part []byte) (all []string) {
	t.Helper()
	g, err := e.Build(&e.Spec{Sources: 1, Parallelism: 1, Groups: 4, Batch: batch,
		Open: func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
			return heap.Backend{}.Open(backends.Options{Groups: g})
		}}, 1,
		e.Parts[uint64, backends.Void, uint64]{Key: tables.Longs(4), Log: func(int) e.Log[uint64, backends.Void] { return disordered{} },
			Op:  func() e.Operator[uint64, backends.Void, uint64] { return deaf{} },
			Txn: func() e.Txn[uint64, uint64] { return nowhere{} }})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var fx e.Effects
	step := func(ev e.Event) {
		fx.Reset()
		if e.Take(g.Machines[0], &ev, &fx); fx.Err != nil {
			t.Fatal(fx.Err)
		}
		for _, s := range fx.Sends {
			then := fmt.Sprint(s.Batch.Mark)
			switch s.Batch.Mark {
			case e.EndOfTime:
				then = "the end"
			case e.NoMark:
				then = "none"
			}
			all = append(all, fmt.Sprintf("%d rows, then %s", s.Batch.Cols.Len(), then))
			s.Batch.Free()
		}
	}
	step(e.Event{Kind: e.Start})
	step(e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Restore, Ckpt: 1, State: part}})
	step(e.Event{Kind: e.Tell, Msg: e.Msg{Kind: e.Run}})
	for fx.Takes&e.MayPoll != 0 {
		step(e.Event{Kind: e.Poll})
	}
	return all
}
