package linearizability

import (
	"fmt"
	"testing"
)

// The picture of a violation that comes late in a long history shows the operations right before it, and begins where nothing is in flight.
func TestSurroundingsOfALongHistory(t *testing.T) {
	tried := 0
	for seed := uint64(0); seed < 40; seed++ {
		h := goodOf(t, seed, toySize{parts: 1, tasks: 1, keys: 1, groups: 8, records: 3000, readers: 2, crashes: 1, mode: ExactlyOnce})
		if !staleRead(h, rngOf(seed)) {
			continue
		}
		v := NewView(h)
		k := newKeyed(v)
		k.choose(Options{}.withDefaults())
		piece := &k.parts()[0].partition
		d := solve(piece)
		if d.called < 2*pictureOps {
			continue
		}
		tried++
		around := surroundings(piece, d.called, pictureOps)
		n := len(around.calls)
		if n < pictureOps || n > pictureHard || &around.calls[n-1] != &piece.calls[d.called-1] {
			t.Fatalf("seed %d: %d operations around the violation, want the last %d at least of %d", seed, n, pictureOps, d.called)
		}
		first := &around.calls[0]
		for i := range piece.calls[:d.called-n] {
			if c := &piece.calls[i]; c.to >= first.from {
				t.Fatalf("seed %d: %s is in flight where the picture begins", seed, sayKeyOp(&c.op))
			}
		}
		again := solve(&around)
		if again.call.place != d.call.place || fmt.Sprint(len(again.states)) != fmt.Sprint(len(d.states)) {
			t.Errorf("seed %d: the picture's violation is operation %d, the history's %d", seed, again.call.place, d.call.place)
		}
		if verdict := find(checkAll(h), "linearizability"); verdict.Result != Fail || len(verdict.Page) == 0 || len(verdict.Story.Lanes) < 10 {
			t.Errorf("seed %d: %s with a page of %d bytes and %d boxes", seed, verdict.Result, len(verdict.Page), len(verdict.Story.Lanes))
		}
	}
	if tried < 5 {
		t.Errorf("tried on %d histories, want 5", tried)
	}
}
