package tables

import (
	"unsafe"

	"github.com/weirbench/weir/backends"
)

// ahead is what was computed for some namespaces of one record: those that it wanted, or the one that it asked for last. An operator of
// windows wants ten, and then reads and writes one after the other.
type ahead[N comparable, T any] struct {
	list []wanted[N, T]
	turn int // the one that was asked for last
}

type wanted[N comparable, T any] struct {
	at int // record
	ns N
	x  T
}

// forget is for when a batch is over.
func (a *ahead[N, T]) forget() { a.list, a.turn = a.list[:0], 0 }

// want keeps x for a namespace of a record, and nothing of other records.
func (a *ahead[N, T]) want(at int, ns N, x T) {
	if len(a.list) > 0 && a.list[0].at != at {
		a.forget()
	}
	a.list = append(a.list, wanted[N, T]{at, ns, x})
}

// recall finds what was kept, if it is asked for in the order in which it was wanted.
func (a *ahead[N, T]) recall(at int, ns N) *wanted[N, T] {
	for i := a.turn; i < len(a.list) && i < a.turn+2; i++ {
		if w := &a.list[i]; w.at == at && w.ns == ns {
			a.turn = i
			return w
		}
	}
	return nil
}

// ask keeps x for who asks for the same again.
func (a *ahead[N, T]) ask(at int, ns N, x T) {
	a.list, a.turn = append(a.list[:0], wanted[N, T]{at, ns, x}), 0
}

// spot is where a namespace of a record is at home.
type spot[K, N comparable, V any] struct {
	hash  uint32
	group uint16
	slot  *slot[K, N, V]
}

// touched reads something of every slot.
func touched[K, N comparable, V any](list []spot[K, N, V]) (sum byte) {
	for i := range list {
		sum += *(*byte)(unsafe.Pointer(list[i].slot))
	}
	return sum
}

// Want keeps the hash of a namespace until one that was wanted is asked for. Without namespaces resolve looks ahead.
func (t *liveValue[K, N, V]) Want(i int, ns N) {
	if t.auto {
		return
	}
	k := &t.keys.Batch[i]
	t.ahead.want(i, ns, spot[K, N, V]{hash: t.hashOf(k, ns), group: k.Group})
	t.ready = min(t.ready, len(t.ahead.list)-1)
}

// touch finds where all that was wanted is at home, in a loop that does nothing else: so the processor waits for it together.
func (t *liveValue[K, N, V]) touch() {
	sum, list := byte(0), t.ahead.list
	for i := range list {
		x := &list[i].x
		x.slot = t.home[t.at(x.group, x.hash)].slot(x.hash)
	}
	for i := range list {
		sum += *(*byte)(unsafe.Pointer(list[i].x.slot))
	}
	t.sum, t.ready, t.since = sum, len(list), t.moved
}

// lookIn finds the slot of a namespace of the current key, with what was computed ahead.
func (t *liveValue[K, N, V]) lookIn(k *backends.Key[K], ns N) *slot[K, N, V] {
	w := t.ahead.recall(t.keys.At, ns)
	if w == nil {
		return t.get(k.Group, t.hashOf(k, ns), k.K, ns)
	}
	if t.ready < len(t.ahead.list) || t.since != t.moved {
		t.touch()
	}
	var zero K // a free slot holds it
	if s := w.x.slot; s.key == k.K && s.ns == ns && k.K != zero && (t.pinned == 0 || t.copy == nil) {
		return s
	}
	return t.get(k.Group, w.x.hash, k.K, ns)
}
