package tables

import (
	"slices"
	"unsafe"

	"github.com/weirbench/weir/backends"
)

// liveList keeps a slice in the slot. What a frozen table shares with it is never written again: elements are appended behind what the
// frozen one sees, and everything else makes a slice of its own. So an append copies a segment after a freeze, and never the list.
type liveList[K, N comparable, V any] struct {
	cow[K, N, []V]
	reading[N]
	d    *ListDesc[K, N, V]
	keys *backends.Keys[K]
	auto bool // there are no namespaces
	near spots[K, N, []V]
}

func newLiveList[K, N comparable, V any](d *ListDesc[K, N, V], g backends.Groups) *liveList[K, N, V] {
	t := &liveList[K, N, V]{reading: reading[N]{name: d.name}, d: d, keys: d.scope.Keys, auto: isVoid[N]()}
	t.init(g, hashes(d.scope, d.ns), d.v.Shares(), func(vs []V) []V {
		own := make([]V, len(vs))
		for i, v := range vs {
			own[i] = d.v.Copy(v)
		}
		return own
	})
	t.near.deep = func(vs *[]V) byte {
		if len(*vs) == 0 {
			return 0
		}
		return *(*byte)(unsafe.Pointer(unsafe.SliceData(*vs)))
	}
	return t
}

func (t *liveList[K, N, V]) Begin()      { t.near.forget() }
func (t *liveList[K, N, V]) End()        { t.near.forget() }
func (t *liveList[K, N, V]) Len() int    { return t.n }
func (t *liveList[K, N, V]) Want(int, N) {}

func (t *liveList[K, N, V]) hashOf(k *backends.Key[K], ns N) uint32 {
	if t.auto {
		return k.Hash
	}
	return both(k.Hash, t.d.ns.Hash(ns))
}

// slot is the current one to write to, made if need be. Its elements may be shared still.
func (t *liveList[K, N, V]) slot(ns N) *slot[K, N, []V] {
	if t.auto && t.pinned == 0 {
		if s := t.near.of(&t.cow, t.keys); s != nil {
			return s
		}
	}
	k := t.keys.Cur()
	s, _ := t.put(k.Group, t.hashOf(k, ns), k.K, ns, false)
	return s
}

// look is the current one to read, nil when there is none. Its elements are shared by nobody if they could be changed in place.
func (t *liveList[K, N, V]) look(ns N) *slot[K, N, []V] {
	if t.auto && (t.pinned == 0 || t.copy == nil) {
		if s := t.near.of(&t.cow, t.keys); s != nil {
			return s
		}
	}
	k := t.keys.Cur()
	return t.get(k.Group, t.hashOf(k, ns), k.K, ns)
}

func (t *liveList[K, N, V]) Add(ns N, v V) {
	t.d.refuseNil(v)
	t.refuse(ns)
	s := t.slot(ns)
	s.val = append(s.val, v)
}

func (t *liveList[K, N, V]) AddAll(ns N, vs []V) {
	t.d.refuseNils(vs)
	if len(vs) > 0 {
		t.refuse(ns)
		s := t.slot(ns)
		s.val = append(s.val, vs...)
	}
}

func (t *liveList[K, N, V]) Set(ns N, vs []V) {
	t.d.refuseNils(vs)
	t.refuse(ns)
	if len(vs) == 0 {
		t.Clear(ns)
		return
	}
	if t.pinned == 0 { // the memory that is there is nobody's but ours
		if s := t.slot(ns); cap(s.val) <= 2*len(vs)+shortList {
			clear(s.val)
			s.val = append(s.val[:0], vs...)
		} else {
			s.val = slices.Clone(vs)
		}
		return
	}
	k := t.keys.Cur()
	s, _ := t.put(k.Group, t.hashOf(k, ns), k.K, ns, true)
	s.val = slices.Clone(vs)
}

func (t *liveList[K, N, V]) Each(ns N, yield func(V) bool) {
	s := t.look(ns)
	if s == nil {
		return
	}
	t.begins(ns)
	defer t.ends()
	for _, v := range s.val {
		if !yield(v) {
			return
		}
	}
}

func (t *liveList[K, N, V]) Clear(ns N) {
	t.refuse(ns)
	k := t.keys.Cur()
	t.remove(k.Group, t.hashOf(k, ns), k.K, ns)
}

func (t *liveList[K, N, V]) Restore(e *backends.Entry) error {
	k, ns, _, err := cutEntry(t.d.scope, t.d.ns, e)
	if err != nil {
		return err
	}
	vs, err := t.d.decode(nil, e.Value)
	if err != nil {
		return err
	}
	s, _ := t.put(k.Group, t.hashOf(&k, ns), k.K, ns, true)
	s.val = vs
	return nil
}

func (t *liveList[K, N, V]) Freeze() backends.Frozen {
	return &frozenList[K, N, V]{frozen: t.freeze(), d: t.d}
}

type frozenList[K, N comparable, V any] struct {
	*frozen[K, N, []V]
	d *ListDesc[K, N, V]
	e backends.Entry
}

func (f *frozenList[K, N, V]) Each(group int, yield func(*backends.Entry) error) error {
	e := &f.e
	e.State, e.Group = f.d.name, group
	return f.each(group, func(s *slot[K, N, []V]) error {
		e.Key = f.d.parts.append(e.Key[:0], s.key, s.ns)
		e.Value = f.d.encode(e.Value[:0], s.val...)
		return yield(e)
	})
}
