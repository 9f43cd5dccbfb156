package tables

import (
	"slices"
	"unsafe"

	. "github.com/weirbench/weir/backends"
)

// liveValue keeps a V in the slot itself. At the first access of a batch it finds the slots of all records: one loop that
// touches them, so that the processor waits for many cache misses at once, and one that compares.
type liveValue[K, N comparable, V any] struct {
	cow[K, N, V]
	d     *valueDesc[K, N, V]
	keys  *Keys[K]
	found []*slot[K, N, V] // by record; nil when it has none. Empty when not to be trusted: not resolved, or something moved
	auto  bool             // there are no namespaces
	done  bool             // this batch was resolved
	sum   byte             // keeps the touching loop alive
}

func newLiveValue[K, N comparable, V any](d *valueDesc[K, N, V], g Groups) *liveValue[K, N, V] {
	t := &liveValue[K, N, V]{d: d, keys: d.s.Keys, auto: isVoid[N]()}
	t.init(g, hashes(d.s, d.ns), d.v.Shares(), d.v.Copy)
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
	_, ok := any(ns).(Void)
	return ok
}

func (t *liveValue[K, N, V]) Begin()   { t.found, t.done = t.found[:0], false }
func (t *liveValue[K, N, V]) End()     { t.found, t.done = t.found[:0], false }
func (t *liveValue[K, N, V]) Len() int { return t.n }

func (t *liveValue[K, N, V]) resolve() {
	t.done = true
	batch := t.keys.Batch
	if !t.auto {
		return
	}
	found := slices.Grow(t.found[:0], len(batch))[:len(batch)]
	sum, dir, depth, first := byte(0), t.dir, t.depth&31, t.groups.First
	for i := range found {
		k := &batch[i]
		g := dir[(int(k.Group)-first)<<depth|int(uint64(k.Hash)<<depth>>32)]
		s := &g.slots[int(k.Hash)&(len(g.slots)-1)]
		sum += *(*byte)(unsafe.Pointer(s))
		found[i] = s
	}
	t.sum = sum
	if t.pinned != 0 && t.copy != nil {
		return
	}
	var zero K
	var ns N
	for i := range batch {
		if k := &batch[i]; found[i].key != k.K || k.K == zero { // a free slot holds the zero key
			found[i] = t.find(k.Group, k.Hash, k.K, ns)
		}
	}
	t.found = found
}

func (t *liveValue[K, N, V]) Get(ns N) (v V, ok bool) {
	if t.keys.At < len(t.found) {
		if s := t.found[t.keys.At]; s != nil {
			return s.val, true
		}
	}
	if s := t.look(ns); s != nil {
		return s.val, true
	}
	return v, false
}

func (t *liveValue[K, N, V]) look(ns N) *slot[K, N, V] {
	if !t.done {
		t.resolve()
	}
	k := t.keys.Cur()
	return t.get(k.Group, t.hashOf(k, ns), k.K, ns)
}

func (t *liveValue[K, N, V]) Set(ns N, v V) {
	if t.pinned == 0 && t.keys.At < len(t.found) {
		if s := t.found[t.keys.At]; s != nil {
			s.val = v
			return
		}
	}
	k := t.keys.Cur()
	moved := t.moved
	s, _ := t.put(k.Group, t.hashOf(k, ns), k.K, ns, true)
	s.val = v
	if t.moved != moved {
		t.found = t.found[:0]
	}
}

func (t *liveValue[K, N, V]) Clear(ns N) {
	k := t.keys.Cur()
	t.remove(k.Group, t.hashOf(k, ns), k.K, ns)
	t.found = t.found[:0]
}

func (t *liveValue[K, N, V]) hashOf(k *Key[K], ns N) uint32 {
	if t.auto {
		return k.Hash
	}
	return both(k.Hash, t.d.ns.Hash(ns))
}

func (t *liveValue[K, N, V]) Want(i int, ns N) {}

func (t *liveValue[K, N, V]) Restore(e *Entry) error {
	k, rest, err := cutKey(t.d.s, e.Key)
	if err != nil {
		return err
	}
	ns, _, err := cutPart(rest, t.d.ns)
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

func (t *liveValue[K, N, V]) Freeze() Frozen {
	return &frozenValue[K, N, V]{frozen: t.freeze(), d: t.d}
}

type frozenValue[K, N comparable, V any] struct {
	*frozen[K, N, V]
	d *valueDesc[K, N, V]
	e Entry
}

func (f *frozenValue[K, N, V]) Each(group int, yield func(*Entry) error) error {
	e := &f.e
	e.State, e.Group = f.d.name, group
	return f.each(group, func(s *slot[K, N, V]) error {
		e.Key = appendPart(appendPart(e.Key[:0], f.d.s.Codec, s.key), f.d.ns, s.ns)
		e.Value = f.d.v.Append(e.Value[:0], s.val)
		return yield(e)
	})
}

func cutKey[K comparable](s *Scope[K], b []byte) (Key[K], []byte, error) {
	k, rest, err := cutPart(b, s.Codec)
	return s.mark(k), rest, err
}

// liveMap keeps, for a key and a namespace, a list of entries and, when it is long, an index into it: the list gives
// an order that is the same in every run, which a Go map has not.
type liveMap[K, N, U comparable, V any] struct {
	cow[K, N, *entries[U, V]]
	d    *mapDesc[K, N, U, V]
	keys *Keys[K]
}

type entries[U comparable, V any] struct {
	list  []pair[U, V]
	index map[U]int32 // nil while the list is short
}

type pair[U comparable, V any] struct {
	u U
	v V
}

const shortList = 8

func (m *entries[U, V]) find(u U) int {
	if m.index != nil {
		if i, ok := m.index[u]; ok {
			return int(i)
		}
		return -1
	}
	for i := range m.list {
		if m.list[i].u == u {
			return i
		}
	}
	return -1
}

func (m *entries[U, V]) set(u U, v V) {
	if i := m.find(u); i >= 0 {
		m.list[i].v = v
		return
	}
	m.list = append(m.list, pair[U, V]{u, v})
	if m.index != nil {
		m.index[u] = int32(len(m.list) - 1)
	} else if len(m.list) > shortList {
		m.reindex()
	}
}

func (m *entries[U, V]) reindex() {
	m.index = make(map[U]int32, 2*len(m.list))
	for i := range m.list {
		m.index[m.list[i].u] = int32(i)
	}
}

func (m *entries[U, V]) remove(u U) {
	i, end := m.find(u), len(m.list)-1
	if i < 0 {
		return
	}
	m.list[i] = m.list[end]
	if m.index != nil {
		m.index[m.list[i].u] = int32(i)
		delete(m.index, u)
	}
	m.list[end] = pair[U, V]{}
	m.list = m.list[:end]
}

func newLiveMap[K, N, U comparable, V any](d *mapDesc[K, N, U, V], g Groups) *liveMap[K, N, U, V] {
	t := &liveMap[K, N, U, V]{d: d, keys: d.s.Keys}
	t.init(g, hashes(d.s, d.ns), true, func(m *entries[U, V]) *entries[U, V] {
		c := &entries[U, V]{list: append([]pair[U, V](nil), m.list...)}
		if d.v.Shares() {
			for i := range c.list {
				c.list[i].v = d.v.Copy(c.list[i].v)
			}
		}
		if m.index != nil {
			c.reindex()
		}
		return c
	})
	return t
}

func (t *liveMap[K, N, U, V]) Begin()   {}
func (t *liveMap[K, N, U, V]) End()     {}
func (t *liveMap[K, N, U, V]) Len() int { return t.n }

// of returns the current map, nil when there is none.
func (t *liveMap[K, N, U, V]) of(ns N) *entries[U, V] {
	k := t.keys.Cur()
	if s := t.get(k.Group, t.hash(k.K, ns), k.K, ns); s != nil {
		return s.val
	}
	return nil
}

func (t *liveMap[K, N, U, V]) Get(ns N, u U) (v V, ok bool) {
	if m := t.of(ns); m != nil {
		if i := m.find(u); i >= 0 {
			return m.list[i].v, true
		}
	}
	return v, false
}

func (t *liveMap[K, N, U, V]) Set(ns N, u U, v V) {
	m := t.of(ns)
	if m == nil {
		m = &entries[U, V]{}
		k := t.keys.Cur()
		s, _ := t.put(k.Group, t.hash(k.K, ns), k.K, ns, true)
		s.val = m
	}
	m.set(u, v)
}

func (t *liveMap[K, N, U, V]) Remove(ns N, u U) {
	if m := t.of(ns); m != nil {
		if m.remove(u); len(m.list) == 0 {
			t.Clear(ns)
		}
	}
}

func (t *liveMap[K, N, U, V]) Each(ns N, yield func(U, V) bool) {
	if m := t.of(ns); m != nil {
		for i := range m.list {
			if !yield(m.list[i].u, m.list[i].v) {
				return
			}
		}
	}
}

func (t *liveMap[K, N, U, V]) Clear(ns N) {
	k := t.keys.Cur()
	t.remove(k.Group, t.hash(k.K, ns), k.K, ns)
}

func (t *liveMap[K, N, U, V]) Restore(e *Entry) error {
	k, rest, err := cutKey(t.d.s, e.Key)
	if err != nil {
		return err
	}
	ns, rest, err := cutPart(rest, t.d.ns)
	if err != nil {
		return err
	}
	u, err := t.d.u.Decode(rest)
	if err != nil {
		return err
	}
	v, err := t.d.v.Decode(e.Value)
	if err != nil {
		return err
	}
	s, isNew := t.put(k.Group, t.hash(k.K, ns), k.K, ns, true)
	if isNew {
		s.val = &entries[U, V]{}
	}
	s.val.set(u, v)
	return nil
}

func (t *liveMap[K, N, U, V]) Freeze() Frozen {
	return &frozenMap[K, N, U, V]{frozen: t.freeze(), d: t.d}
}

type frozenMap[K, N, U comparable, V any] struct {
	*frozen[K, N, *entries[U, V]]
	d *mapDesc[K, N, U, V]
}

func (f *frozenMap[K, N, U, V]) Each(group int, yield func(*Entry) error) error {
	e := &Entry{State: f.d.name, Group: group}
	return f.each(group, func(s *slot[K, N, *entries[U, V]]) error {
		e.Key = appendPart(appendPart(e.Key[:0], f.d.s.Codec, s.key), f.d.ns, s.ns)
		n := len(e.Key)
		for i := range s.val.list {
			e.Key = f.d.u.Append(e.Key[:n], s.val.list[i].u)
			e.Value = f.d.v.Append(e.Value[:0], s.val.list[i].v)
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// liveTimers is a set, which is the truth and what snapshots hold, and a 4-ary heap that orders it. A deleted timer
// stays in the heap until it comes up.
type liveTimers[K, N comparable] struct {
	set  cow[K, timeNS[N], Void]
	heap []Timer[K, N]
	d    *timersDesc[K, N]
	keys *Keys[K]
}

type timeNS[N comparable] struct {
	at int64
	ns N
}

func newLiveTimers[K, N comparable](d *timersDesc[K, N], g Groups) *liveTimers[K, N] {
	t := &liveTimers[K, N]{d: d, keys: d.s.Keys}
	t.set.init(g, func(k K, x timeNS[N]) uint32 { return timerHash(d.s.mark(k).Hash, x.at, d.ns.Hash(x.ns)) }, false, nil)
	return t
}

func (t *liveTimers[K, N]) hashOf(x *Timer[K, N]) uint32 {
	return timerHash(x.Key.Hash, x.At, t.d.ns.Hash(x.NS))
}

func timerHash(key uint32, at int64, ns uint32) uint32 { return both(both(key, ns), Mix(uint64(at))) }

func (t *liveTimers[K, N]) Begin()   {}
func (t *liveTimers[K, N]) End()     {}
func (t *liveTimers[K, N]) Len() int { return t.set.n }

func (t *liveTimers[K, N]) Register(at int64, ns N) {
	t.add(Timer[K, N]{At: at, Key: *t.keys.Cur(), NS: ns})
}

func (t *liveTimers[K, N]) add(x Timer[K, N]) {
	if _, isNew := t.set.put(x.Key.Group, t.hashOf(&x), x.Key.K, timeNS[N]{x.At, x.NS}, true); isNew {
		t.push(x)
	}
}

func (t *liveTimers[K, N]) Delete(at int64, ns N) {
	k := t.keys.Cur()
	t.drop(&Timer[K, N]{At: at, Key: *k, NS: ns})
	if len(t.heap) > 2*t.set.n+64 { // mostly deleted timers: keep the rest
		kept := t.heap[:0]
		for i := range t.heap {
			if t.has(&t.heap[i]) {
				kept = append(kept, t.heap[i])
			}
		}
		clear(t.heap[len(kept):])
		t.heap = kept
		for i := (len(kept) - 2) / 4; i >= 0 && len(kept) > 1; i-- {
			t.sink(i)
		}
	}
}

func (t *liveTimers[K, N]) has(x *Timer[K, N]) bool {
	return t.set.find(x.Key.Group, t.hashOf(x), x.Key.K, timeNS[N]{x.At, x.NS}) != nil
}

func (t *liveTimers[K, N]) drop(x *Timer[K, N]) bool {
	return t.set.remove(x.Key.Group, t.hashOf(x), x.Key.K, timeNS[N]{x.At, x.NS})
}

func (t *liveTimers[K, N]) Head() (int64, bool) {
	for len(t.heap) > 0 {
		if t.has(&t.heap[0]) {
			return t.heap[0].At, true
		}
		t.pop()
	}
	return 0, false
}

func (t *liveTimers[K, N]) Pop(until int64, dst []Timer[K, N]) []Timer[K, N] {
	for len(dst) < cap(dst) && len(t.heap) > 0 && t.heap[0].At <= until {
		if t.drop(&t.heap[0]) {
			dst = append(dst, t.heap[0])
		}
		t.pop()
	}
	return dst
}

func (t *liveTimers[K, N]) push(x Timer[K, N]) {
	t.heap = append(t.heap, x)
	i := len(t.heap) - 1
	for i > 0 && x.At < t.heap[(i-1)/4].At {
		t.heap[i] = t.heap[(i-1)/4]
		i = (i - 1) / 4
	}
	t.heap[i] = x
}

func (t *liveTimers[K, N]) pop() {
	end := len(t.heap) - 1
	t.heap[0] = t.heap[end]
	t.heap[end] = Timer[K, N]{}
	t.heap = t.heap[:end]
	if end > 1 {
		t.sink(0)
	}
}

func (t *liveTimers[K, N]) sink(i int) {
	x := t.heap[i]
	for {
		least, first := -1, 4*i+1
		for c := first; c < min(first+4, len(t.heap)); c++ {
			if least < 0 || t.heap[c].At < t.heap[least].At {
				least = c
			}
		}
		if least < 0 || t.heap[least].At >= x.At {
			break
		}
		t.heap[i] = t.heap[least]
		i = least
	}
	t.heap[i] = x
}

func (t *liveTimers[K, N]) Restore(e *Entry) error {
	at, rest, err := cutOrdered(e.Key)
	if err != nil {
		return err
	}
	k, rest, err := cutKey(t.d.s, rest)
	if err != nil {
		return err
	}
	ns, _, err := cutPart(rest, t.d.ns)
	if err == nil {
		t.add(Timer[K, N]{At: at, Key: k, NS: ns})
	}
	return err
}

func (t *liveTimers[K, N]) Freeze() Frozen {
	return &frozenTimers[K, N]{frozen: t.set.freeze(), d: t.d}
}

type frozenTimers[K, N comparable] struct {
	*frozen[K, timeNS[N], Void]
	d *timersDesc[K, N]
}

func (f *frozenTimers[K, N]) Each(group int, yield func(*Entry) error) error {
	e := &Entry{State: f.d.name, Group: group}
	return f.each(group, func(s *slot[K, timeNS[N], Void]) error {
		e.Key = appendOrdered(e.Key[:0], s.ns.at)
		e.Key = appendPart(appendPart(e.Key, f.d.s.Codec, s.key), f.d.ns, s.ns.ns)
		return yield(e)
	})
}
