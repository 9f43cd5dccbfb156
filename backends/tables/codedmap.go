package tables

import "github.com/weirbench/weir/backends"

// codedMap keeps an entry of a map as a key of its own, the user's key behind the rest. Each merges what is stored with what the batch has
// written.
type codedMap[K, N, U comparable, V any] struct {
	overlay
	cells[V]
	chains
	d    *MapDesc[K, N, U, V]
	keys *backends.Keys[K]
	idle []*walk // scratch of walks that are over

	lone lone
	seen struct { // what lone is of
		ns N
		u  U
	}
}

func newCodedMap[K, N, U comparable, V any](d *MapDesc[K, N, U, V], h backends.CodedHost, prefix []byte) *codedMap[K, N, U, V] {
	t := &codedMap[K, N, U, V]{overlay: newOverlay(d.name, d.scope, h, prefix), d: d, keys: d.scope.Keys, lone: newLone(h)}
	t.cells.init(d.name, d.v, h, func(i int) string { return storedKey(d.scope, &t.overlay, i) })
	return t
}

func (t *codedMap[K, N, U, V]) End() int  { t.lone.is = false; return len(t.state) }
func (t *codedMap[K, N, U, V]) Restored() {}

// of starts the key of an entry.
func (t *codedMap[K, N, U, V]) of(k *backends.Key[K], ns N) []byte {
	return t.d.parts.append(t.begin(k.Group), k.K, ns)
}

// at is the place of an entry of the current key.
func (t *codedMap[K, N, U, V]) at(ns N, u U) int { return t.own(t.intern(t.keys.Cur(), ns, u)) }

func (t *codedMap[K, N, U, V]) intern(k *backends.Key[K], ns N, u U) int {
	b := t.of(k, ns)
	part := len(b) - len(t.overlay.keys.Data)
	i, isNew := t.overlay.intern(t.d.u.Append(b, u))
	if isNew {
		t.cells.add()
		t.chains.add(part)
	}
	return i
}

func (t *codedMap[K, N, U, V]) Want(i int, ns N, u U) {
	if !t.lone.takes(len(t.keys.Batch)) {
		t.intern(&t.keys.Batch[i], ns, u)
	}
}

// getAlone is Get for a record that comes alone while nothing is kept.
func (t *codedMap[K, N, U, V]) getAlone(ns N, u U) (v V, ok bool) {
	if !t.lone.is || t.seen.u != u || t.seen.ns != ns {
		t.lone.look(&t.overlay, t.d.u.Append(t.of(t.keys.Cur(), ns), u))
		t.seen.ns, t.seen.u = ns, u
	}
	if !t.lone.ok {
		return v, false
	}
	return t.decode(t.lone.val), true
}

func (t *codedMap[K, N, U, V]) Get(ns N, u U) (v V, ok bool) {
	if len(t.state) == 0 && t.lone.takes(len(t.keys.Batch)) {
		return t.getAlone(ns, u)
	}
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

func (t *codedMap[K, N, U, V]) Flush(b *backends.Batch) {
	flush(&t.overlay, &t.cells, b)
	t.chains.reset()
}
