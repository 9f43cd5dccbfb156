package tables

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/weirbench/weir/backends"
)

// liveValue keeps a V in the slot itself. It finds the slots of many records of a batch at once: one loop touches them, so that the
// processor waits for many cache misses together, and one compares.
type liveValue[K, N comparable, V any] struct {
	cow[K, N, V]
	d     *ValueDesc[K, N, V]
	keys  *backends.Keys[K]
	found []*slot[K, N, V] // by record, of the first so many; nil when it has none
	ours  []*slot[K, N, V] // the same, or nothing while a frozen table may share them
	auto  bool             // there are no namespaces
	stale bool             // something moved in this batch: nothing is found any more
	sum   byte             // keeps the touching loop alive

	homes []spot[K, N, V] // scratch, of Update
	ahead ahead[N, spot[K, N, V]]
	ready int            // so many of ahead were touched
	since uint32         // moved, when they were
	last  *slot[K, N, V] // what the last look found, until something moves: in a namespace, a Set of the same often follows
}

func newLiveValue[K, N comparable, V any](d *ValueDesc[K, N, V], g backends.Groups) *liveValue[K, N, V] {
	t := &liveValue[K, N, V]{d: d, keys: d.scope.Keys, auto: isVoid[N]()}
	t.init(g, hashes(d.scope, d.ns), d.v.Shares(), d.v.Copy)
	return t
}

// hashes makes the hash of a key and a namespace.
func hashes[K, N comparable](s *Scope[K], ns Namespace[N]) func(K, N) uint32 {
	if isVoid[N]() {
		return func(k K, _ N) uint32 { return s.mark(k).Hash }
	}
	return func(k K, n N) uint32 { return both(s.mark(k).Hash, ns.Hash(n)) }
}

func both(key, ns uint32) uint32 { return Mix(uint64(key)<<32 | uint64(ns)) }

func isVoid[N any]() bool {
	var ns N
	_, ok := any(ns).(backends.Void)
	return ok
}

func (t *liveValue[K, N, V]) Begin()   { t.forget(false) }
func (t *liveValue[K, N, V]) End()     { t.forget(false) }
func (t *liveValue[K, N, V]) Len() int { return t.n }

// forget forgets where records are; stale: until the batch is over.
func (t *liveValue[K, N, V]) forget(stale bool) {
	t.found, t.ours, t.stale = t.found[:0], nil, stale
	t.last, t.ready = nil, 0
	t.ahead.forget()
}

const block = 256 // records: what they touch stays in the nearest cache until they are processed

// resolve finds the slots of the records up to and with the current one, and of some more. The loop that touches them does nothing else and
// branches on nothing that it loads: so as many misses are under way as the processor can have.
func (t *liveValue[K, N, V]) resolve() {
	batch, from := t.keys.Batch, len(t.found)
	to := min(len(batch), max(t.keys.At+1, from+block))
	found := slices.Grow(t.found, to-from)[:to]
	sum, dir, depth, first := byte(0), t.home, t.depth&31, t.groups.First
	for i := from; i < to; i++ {
		k := &batch[i]
		h := &dir[(int(k.Group)-first)<<depth|int(uint64(k.Hash)<<depth>>32)]
		found[i] = h.slot(k.Hash)
	}
	for _, s := range found[from:] {
		sum += *(*byte)(unsafe.Pointer(s))
	}
	t.sum = sum
	var zero K
	var ns N
	for i := from; i < to; i++ {
		k := &batch[i]
		if found[i].key == k.K && k.K != zero { // a free slot holds the zero key
			continue
		}
		found[i] = t.find(k.Group, k.Hash, k.K, ns)
	}
	if t.found = found; t.pinned == 0 {
		t.ours = found
	}
}

// mayResolve tells whether that helps: nothing moved in this batch, and a frozen table needs no copy of what is read.
func (t *liveValue[K, N, V]) mayResolve() bool {
	return t.auto && !t.stale && (t.pinned == 0 || t.copy == nil) && uint(t.keys.At) >= uint(len(t.found)) && uint(t.keys.At) < uint(len(t.keys.Batch))
}

// Get and Set are what a record costs: all but the usual case is elsewhere, so that they need few registers and no more of a frame.
func (t *liveValue[K, N, V]) Get(ns N) (V, bool) {
	if i := t.keys.At; uint(i) < uint(len(t.found)) && t.found[i] != nil {
		return t.found[i].val, true
	}
	return t.getAny(ns)
}

//go:noinline
func (t *liveValue[K, N, V]) getAny(ns N) (v V, ok bool) {
	if s := t.look(ns); s != nil {
		return s.val, true
	}
	return v, false
}

func (t *liveValue[K, N, V]) look(ns N) *slot[K, N, V] {
	if t.mayResolve() {
		t.resolve()
		if s := t.found[t.keys.At]; s != nil {
			return s
		}
	}
	k := t.keys.Cur()
	if t.auto {
		return t.get(k.Group, k.Hash, k.K, ns)
	}
	t.last = t.lookIn(k, ns)
	return t.last
}

func (t *liveValue[K, N, V]) Set(ns N, v V) {
	if i := t.keys.At; uint(i) < uint(len(t.ours)) && t.ours[i] != nil {
		t.ours[i].val = v
		return
	}
	t.setAny(ns, v)
}

//go:noinline
func (t *liveValue[K, N, V]) setAny(ns N, v V) {
	if t.pinned == 0 && t.mayResolve() {
		t.resolve()
		t.Set(ns, v)
		return
	}
	k := t.keys.Cur()
	if s := t.last; s != nil && t.pinned == 0 && s.ns == ns && s.key == k.K {
		s.val = v
		return
	}
	moved := t.moved
	s, _ := t.put(k.Group, t.hashOf(k, ns), k.K, ns, true)
	s.val = v
	if t.moved != moved {
		t.forget(true)
	}
}

func (t *liveValue[K, N, V]) Clear(ns N) {
	k := t.keys.Cur()
	if t.remove(k.Group, t.hashOf(k, ns), k.K, ns) {
		t.forget(true)
	}
}

func (t *liveValue[K, N, V]) hashOf(k *backends.Key[K], ns N) uint32 {
	if t.auto {
		return k.Hash
	}
	return both(k.Hash, t.d.ns.Hash(ns))
}

func (t *liveValue[K, N, V]) Restore(e *backends.Entry) error {
	k, ns, _, err := cutEntry(t.d.scope, t.d.ns, e)
	if err != nil {
		return err
	}
	v, err := t.d.v.Decode(e.Value)
	if err != nil {
		return err
	}
	s, _ := t.put(k.Group, t.hashOf(&k, ns), k.K, ns, true)
	s.val = v
	return nil
}

// cutEntry takes the key of an entry apart, and makes sure that it is of the entry's group.
func cutEntry[K, N comparable](s *Scope[K], c Namespace[N], e *backends.Entry) (k backends.Key[K], ns N, rest []byte, err error) {
	k, rest, err = cutKey(s, e.Key)
	if err != nil {
		return k, ns, rest, err
	}
	if int(k.Group) != e.Group {
		return k, ns, rest, fmt.Errorf("corrupt: the key is of key group %d", k.Group)
	}
	ns, rest, err = cutPart(rest, c)
	return k, ns, rest, err
}

func (t *liveValue[K, N, V]) Freeze() backends.Frozen {
	return &frozenValue[K, N, V]{frozen: t.freeze(), d: t.d}
}

type frozenValue[K, N comparable, V any] struct {
	*frozen[K, N, V]
	d *ValueDesc[K, N, V]
	e backends.Entry
}

func (f *frozenValue[K, N, V]) Each(group int, yield func(*backends.Entry) error) error {
	e := &f.e
	e.State, e.Group = f.d.name, group
	return f.each(group, func(s *slot[K, N, V]) error {
		e.Key = f.d.parts.append(e.Key[:0], s.key, s.ns)
		e.Value = f.d.v.Append(e.Value[:0], s.val)
		return yield(e)
	})
}
