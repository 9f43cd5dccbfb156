package tables

import (
	"slices"
	"unsafe"

	"github.com/weirbench/weir/backends"
)

// liveMap keeps, for a key and a namespace, a list of entries and, when it is long, an index into it: the list gives an order that is the
// same in every run, which a Go map has not.
type liveMap[K, N, U comparable, V any] struct {
	cow[K, N, *entries[U, V]]
	d    *MapDesc[K, N, U, V]
	keys *backends.Keys[K]
	auto bool // there are no namespaces
	near spots[K, N, *entries[U, V]]
}

type entries[U comparable, V any] struct {
	list  []pair[U, V]
	index map[U]int32 // nil while the list is short
}

type pair[U comparable, V any] struct {
	u U
	v V
}

const shortList = 16

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

func newLiveMap[K, N, U comparable, V any](d *MapDesc[K, N, U, V], g backends.Groups) *liveMap[K, N, U, V] {
	t := &liveMap[K, N, U, V]{d: d, keys: d.scope.Keys, auto: isVoid[N]()}
	t.init(g, hashes(d.scope, d.ns), true, func(m *entries[U, V]) *entries[U, V] {
		c := &entries[U, V]{list: slices.Clone(m.list)}
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
	t.near.deep = func(m **entries[U, V]) byte {
		if *m == nil || len((*m).list) == 0 {
			return 0
		}
		return *(*byte)(unsafe.Pointer(unsafe.SliceData((*m).list)))
	}
	return t
}

func (t *liveMap[K, N, U, V]) Begin()   { t.near.forget() }
func (t *liveMap[K, N, U, V]) End()     { t.near.forget() }
func (t *liveMap[K, N, U, V]) Len() int { return t.n }

// own returns the current map to change, nil when there is none.
func (t *liveMap[K, N, U, V]) own(ns N) *entries[U, V] {
	if t.auto && t.pinned == 0 {
		if s := t.near.of(&t.cow, t.keys); s != nil {
			return s.val
		}
	}
	k := t.keys.Cur()
	if s := t.get(k.Group, t.hashOf(k, ns), k.K, ns); s != nil {
		return s.val
	}
	return nil
}

// look returns the current map to read. A frozen one will do where its values cannot be changed in place.
func (t *liveMap[K, N, U, V]) look(ns N) *entries[U, V] {
	if t.d.v.Shares() {
		return t.own(ns)
	}
	if t.auto {
		if s := t.near.of(&t.cow, t.keys); s != nil {
			return s.val
		}
	}
	k := t.keys.Cur()
	if s := t.find(k.Group, t.hashOf(k, ns), k.K, ns); s != nil {
		return s.val
	}
	return nil
}

func (t *liveMap[K, N, U, V]) hashOf(k *backends.Key[K], ns N) uint32 {
	if t.auto {
		return k.Hash
	}
	return both(k.Hash, t.d.ns.Hash(ns))
}

func (t *liveMap[K, N, U, V]) Get(ns N, u U) (v V, ok bool) {
	if m := t.look(ns); m != nil {
		if i := m.find(u); i >= 0 {
			return m.list[i].v, true
		}
	}
	return v, false
}

func (t *liveMap[K, N, U, V]) Set(ns N, u U, v V) {
	m := t.own(ns)
	if m == nil {
		m = &entries[U, V]{}
		k := t.keys.Cur()
		s, _ := t.put(k.Group, t.hashOf(k, ns), k.K, ns, true)
		s.val = m
	}
	m.set(u, v)
}

func (t *liveMap[K, N, U, V]) Remove(ns N, u U) {
	if m := t.own(ns); m != nil {
		if m.remove(u); len(m.list) == 0 {
			t.Clear(ns)
		}
	}
}

// Each goes from the last entry to the first: when the current one is removed, one that was seen takes its place, and what is set anew goes
// behind. Where yield removes others, one that was seen may take the place of one that was not, and is seen again. Where m is a frozen one, what
// yield changes is a copy.
func (t *liveMap[K, N, U, V]) Each(ns N, yield func(U, V) bool) {
	m := t.look(ns)
	if m == nil {
		return
	}
	for i := len(m.list) - 1; i >= 0; i = min(i, len(m.list)) - 1 {
		if p := m.list[i]; !yield(p.u, p.v) {
			return
		}
	}
}

func (t *liveMap[K, N, U, V]) Clear(ns N) {
	k := t.keys.Cur()
	t.remove(k.Group, t.hashOf(k, ns), k.K, ns)
}

func (t *liveMap[K, N, U, V]) Want(int, N, U) {}

func (t *liveMap[K, N, U, V]) Restore(e *backends.Entry) error {
	k, ns, rest, err := cutEntry(t.d.scope, t.d.ns, e)
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
	s, isNew := t.put(k.Group, t.hashOf(&k, ns), k.K, ns, true)
	if isNew {
		s.val = &entries[U, V]{}
	}
	s.val.set(u, v)
	return nil
}

func (t *liveMap[K, N, U, V]) Freeze() backends.Frozen {
	return &frozenMap[K, N, U, V]{frozen: t.freeze(), d: t.d}
}

type frozenMap[K, N, U comparable, V any] struct {
	*frozen[K, N, *entries[U, V]]
	d *MapDesc[K, N, U, V]
}

func (f *frozenMap[K, N, U, V]) Each(group int, yield func(*backends.Entry) error) error {
	e := &backends.Entry{State: f.d.name, Group: group}
	return f.each(group, func(s *slot[K, N, *entries[U, V]]) error {
		e.Key = f.d.parts.append(e.Key[:0], s.key, s.ns)
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
