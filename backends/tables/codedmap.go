package tables

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
)

// codedMap keeps an entry of a map as a key of its own, the user's key behind the rest. Each merges what is stored with what the batch has
// written.
type codedMap[K, N, U comparable, V any] struct {
	overlay
	cells[V]
	d    *MapDesc[K, N, U, V]
	keys *backends.Keys[K]
	rows backends.Rows
}

func newCodedMap[K, N, U comparable, V any](d *MapDesc[K, N, U, V], h backends.CodedHost, prefix []byte) *codedMap[K, N, U, V] {
	t := &codedMap[K, N, U, V]{overlay: overlay{host: h, prefix: prefix, batch: 1}, d: d, keys: d.scope.Keys}
	t.cells.init(d.name, d.v, h)
	return t
}

func (t *codedMap[K, N, U, V]) Begin()       {}
func (t *codedMap[K, N, U, V]) End()         {}
func (t *codedMap[K, N, U, V]) Pending() int { return len(t.state) }
func (t *codedMap[K, N, U, V]) Restored()    {}

// of starts the key of an entry.
func (t *codedMap[K, N, U, V]) of(k *backends.Key[K], ns N) []byte {
	return t.d.parts.append(t.begin(k.Group), k.K, ns)
}

func (t *codedMap[K, N, U, V]) at(ns N, u U) int { return t.intern(t.keys.Cur(), ns, u) }

func (t *codedMap[K, N, U, V]) intern(k *backends.Key[K], ns N, u U) int {
	i, isNew := t.overlay.intern(t.d.u.Append(t.of(k, ns), u))
	if isNew {
		t.add()
	}
	return i
}

func (t *codedMap[K, N, U, V]) Want(i int, ns N, u U) { t.intern(&t.keys.Batch[i], ns, u) }

func (t *codedMap[K, N, U, V]) Get(ns N, u U) (v V, ok bool) {
	i := t.at(ns, u)
	if t.state[i]&known == 0 {
		t.fetch(t.put)
	}
	if t.state[i]&present == 0 {
		return v, false
	}
	return t.get(i), true
}

func (t *codedMap[K, N, U, V]) Set(ns N, u U, v V) {
	i := t.at(ns, u)
	t.set(i, v)
	t.state[i] = known | present | dirty
}

func (t *codedMap[K, N, U, V]) Remove(ns N, u U) {
	i := t.at(ns, u)
	t.drop(i)
	t.state[i] = known | dirty
}

func (t *codedMap[K, N, U, V]) Clear(ns N) {
	var us []U
	t.Each(ns, func(u U, _ V) bool { us = append(us, u); return true })
	for _, u := range us {
		t.Remove(ns, u)
	}
}

// Each walks two ascending lists, the stored rows and the batch's own keys of this prefix; the batch's win.
func (t *codedMap[K, N, U, V]) Each(ns N, yield func(U, V) bool) {
	data := t.of(t.keys.Cur(), ns)
	prefix := bytes.Clone(data[len(t.overlay.keys.Data):])
	own := slices.Clone(t.written(prefix))
	give := func(key []byte, i int, val []byte) bool { // the value of place i, or else val
		u, err := t.d.u.Decode(key[len(prefix):])
		if err != nil {
			t.host.Fail(fmt.Errorf("read state %s: %w", t.d.name, err))
			return false
		}
		if i >= 0 {
			return yield(u, t.get(i))
		}
		return yield(u, t.decode(val))
	}
	giveOwn := func() bool {
		i := int(own[0])
		own = own[1:]
		return t.state[i]&present == 0 || give(t.overlay.keys.At(i), i, nil)
	}
	row := func(key, val []byte) bool {
		for len(own) > 0 && bytes.Compare(t.overlay.keys.At(int(own[0])), key) < 0 {
			if !giveOwn() {
				return false
			}
		}
		if len(own) > 0 && bytes.Equal(t.overlay.keys.At(int(own[0])), key) {
			return giveOwn()
		}
		return give(key, -1, val)
	}
	if !t.scan(prefix, row) {
		return
	}
	for len(own) > 0 {
		if !giveOwn() {
			return
		}
	}
}

// scan yields the stored rows with a prefix, and tells whether it came to their end.
func (t *codedMap[K, N, U, V]) scan(prefix []byte, yield func(key, val []byte) bool) bool {
	const block = 256
	rows := t.rows
	t.rows = backends.Rows{} // yield may walk another map
	defer func() { t.rows = rows }()
	for from := prefix; ; {
		rows.Reset()
		if err := t.host.Scan(prefix, from, block, &rows); err != nil {
			t.host.Fail(fmt.Errorf("read state %s: %w", t.d.name, err))
			return false
		}
		for r := 0; r < rows.Len(); r += 2 {
			if !yield(rows.At(r), rows.At(r+1)) {
				return false
			}
		}
		if rows.Len() < 2*block {
			return true
		}
		from = append(bytes.Clone(rows.At(rows.Len()-2)), 0)
	}
}

func (t *codedMap[K, N, U, V]) Flush(b *backends.Batch) { flush(&t.overlay, &t.cells, b) }
