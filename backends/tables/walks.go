package tables

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/weirbench/weir/backends"
)

// walk is one walk through a map: the stored rows that it has, and the batch's own keys, both ascending. What yield calls may walk another.
type walk struct {
	prefix []byte
	rows   backends.Rows
	own    []int32
	next   int // of own
	cursor backends.Cursor
}

// A walk asks for one row at first, which is all that most want who do not want all, and then for more and more.
const (
	moreRows = 16 // times
	mostRows = 256
)

// Each merges the stored rows with what the batch has written, which wins.
func (t *codedMap[K, N, U, V]) Each(ns N, yield func(U, V) bool) {
	w := t.begun(ns)
	defer t.over(w)
	cursor, err := t.host.Walk(w.prefix, w.prefix)
	if err != nil {
		t.failed(err)
		return
	}
	w.cursor = cursor
	for most := 1; ; most = min(moreRows*most, mostRows) {
		w.rows.Reset()
		if err := w.cursor.Next(&w.rows, most); err != nil {
			t.failed(err)
			return
		}
		for r := 0; r < w.rows.Len(); r += 2 {
			if !t.giveRow(w, w.rows.At(r), w.rows.At(r+1), yield) {
				return
			}
		}
		if w.rows.Len() < 2*most {
			break
		}
	}
	for w.next < len(w.own) && t.giveOwn(w, yield) {
	}
}

func (t *codedMap[K, N, U, V]) failed(err error) {
	t.host.Fail(fmt.Errorf("read state %s: %w", t.d.name, err))
}

func (t *codedMap[K, N, U, V]) begun(ns N) (w *walk) {
	if last := len(t.idle) - 1; last >= 0 {
		w, t.idle = t.idle[last], t.idle[:last]
	} else {
		w = new(walk)
	}
	k := t.keys.Cur()
	w.prefix = binary.BigEndian.AppendUint16(append(w.prefix[:0], t.prefix...), k.Group)
	if w.prefix = t.d.parts.append(w.prefix, k.K, ns); len(w.prefix) > t.most {
		t.long(len(w.prefix))
	}
	w.own, w.next = append(w.own[:0], t.entries(w.prefix)...), 0
	return w
}

func (t *codedMap[K, N, U, V]) over(w *walk) {
	if w.cursor != nil {
		if err := w.cursor.Close(); err != nil {
			t.failed(err)
		}
		w.cursor = nil
	}
	if cap(w.rows.Data) > 16*keptBytes {
		w.rows.Data = nil
	}
	t.idle = append(t.idle, w)
}

// giveRow yields a stored row, and what the batch has before it or in its place.
func (t *codedMap[K, N, U, V]) giveRow(w *walk, key, val []byte, yield func(U, V) bool) bool {
	for w.next < len(w.own) {
		order := bytes.Compare(t.overlay.keys.At(int(w.own[w.next])), key)
		if order > 0 {
			break
		}
		if more := t.giveOwn(w, yield); !more || order == 0 {
			return more
		}
	}
	u, err := t.d.u.Decode(key[len(w.prefix):])
	if err != nil {
		t.failed(err)
		return false
	}
	return yield(u, t.decode(val))
}

// giveOwn yields the next of the batch's own, if it is there.
func (t *codedMap[K, N, U, V]) giveOwn(w *walk, yield func(U, V) bool) bool {
	i := int(w.own[w.next])
	w.next++
	if t.state[i]&present == 0 {
		return true
	}
	u, err := t.d.u.Decode(t.overlay.keys.At(i)[len(w.prefix):])
	if err != nil {
		t.failed(err)
		return false
	}
	return yield(u, t.get(i))
}
