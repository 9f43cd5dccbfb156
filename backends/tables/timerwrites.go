package tables

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/weirbench/weir/backends"
)

// timerWrites are timers that were registered and deleted, in turn.
type timerWrites struct {
	keys  backends.Rows
	ops   []backends.Op
	heads []head // scratch
	skip  int    // so many bytes are the same in all keys
	mixed bool   // there are others than runs of keys that ascend
}

func (w *timerWrites) len() int { return len(w.ops) }

func (w *timerWrites) add(op backends.Op, key []byte) {
	w.keys.Add(key)
	w.ops, w.mixed = append(w.ops, op), true
}

// fired adds one of a run of deletions that ascend.
func (w *timerWrites) fired(key []byte) {
	w.keys.Add(key)
	w.ops = append(w.ops, backends.OpDelete)
}

// flush moves them to b in the order of their keys, those of one key in turn: what is sorted goes into a store more quickly. Runs stay as they are.
func (w *timerWrites) flush(b *backends.Batch) {
	if w.mixed {
		w.sort()
		for _, h := range w.heads {
			w.move(b, int(h.i))
		}
	} else {
		for i := range w.ops {
			w.move(b, i)
		}
	}
	w.keys.Reset()
	w.ops, w.mixed = w.ops[:0], false
}

func (w *timerWrites) move(b *backends.Batch, i int) {
	if key := w.keys.At(i); w.ops[i] == backends.OpSet {
		b.Set(key, nil)
	} else {
		b.Delete(key)
	}
}

// sort puts places in heads.
func (w *timerWrites) sort() {
	w.heads = w.heads[:0]
	for i := range w.ops {
		w.heads = append(w.heads, head{first(w.keys.At(i)[w.skip:]), int32(i)})
	}
	slices.SortFunc(w.heads, func(x, y head) int {
		if x.first != y.first {
			return cmp.Compare(x.first, y.first)
		}
		if c := bytes.Compare(w.keys.At(int(x.i)), w.keys.At(int(y.i))); c != 0 {
			return c
		}
		return cmp.Compare(x.i, y.i)
	})
}
