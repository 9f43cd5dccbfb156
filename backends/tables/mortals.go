package tables

// mortalValue is the face of a value state with a TTL: it stands on the store's table, or on what wraps that.
type mortalValue[N comparable, V any] struct {
	t Value[N, Stamped[V]]
	m *mortality
}

func (f *mortalValue[N, V]) Get(ns N) (v V, ok bool) {
	f.m.seen++
	s, ok := f.t.Get(ns)
	if !ok {
		return v, false
	}
	if f.m.over(s.At) {
		f.t.Clear(ns)
		if f.m.shows() {
			return s.V, true
		}
		return v, false
	}
	if f.m.renews(s.At) {
		f.t.Set(ns, Stamped[V]{*f.m.now, s.V})
	}
	return s.V, true
}

func (f *mortalValue[N, V]) Set(ns N, v V) {
	f.m.seen++
	f.t.Set(ns, Stamped[V]{*f.m.now, v})
}

func (f *mortalValue[N, V]) Clear(ns N) {
	f.m.seen++
	f.t.Clear(ns)
}

func (f *mortalValue[N, V]) Want(i int, ns N) { f.t.Want(i, ns) }

// mortalList is the face of a list state with a TTL. Its two walks are functions that were made once, so that looking into a list makes nothing.
type mortalList[K, N comparable, V any] struct {
	t       List[N, Stamped[V]]
	m       *mortality
	plain   *ListDesc[K, N, V]
	scratch []Stamped[V]
	walks   []listWalk[N, V] // that are under way, one within the other
	show    func(Stamped[V]) bool
	keep    func(Stamped[V]) bool
}

type listWalk[N comparable, V any] struct {
	ns    N
	yield func(V) bool
	met   bool // it met what is over, or what it renews
}

func newMortalList[K, N comparable, V any](t List[N, Stamped[V]], m *mortality, plain *ListDesc[K, N, V]) *mortalList[K, N, V] {
	f := &mortalList[K, N, V]{t: t, m: m, plain: plain}
	f.show, f.keep = f.toShow, f.toKeep
	return f
}

func (f *mortalList[K, N, V]) Add(ns N, v V) {
	f.m.seen++
	f.plain.refuseNil(v)
	f.t.Add(ns, Stamped[V]{*f.m.now, v})
}

func (f *mortalList[K, N, V]) AddAll(ns N, vs []V) {
	f.m.seen++
	f.plain.refuseNils(vs)
	f.t.AddAll(ns, f.stamped(vs))
	clear(f.scratch)
}

func (f *mortalList[K, N, V]) Set(ns N, vs []V) {
	f.m.seen++
	f.plain.refuseNils(vs)
	f.t.Set(ns, f.stamped(vs))
	clear(f.scratch)
}

func (f *mortalList[K, N, V]) stamped(vs []V) []Stamped[V] {
	f.scratch = f.scratch[:0]
	for _, v := range vs {
		f.scratch = append(f.scratch, Stamped[V]{*f.m.now, v})
	}
	return f.scratch
}

// Each yields, and then writes the list anew if it must: without what is over where any of that was met, and with the time of now where reading
// renews. A walk within a walk of the same list leaves that to the outer one.
func (f *mortalList[K, N, V]) Each(ns N, yield func(V) bool) {
	f.m.seen++
	if !f.walk(ns, yield) {
		return
	}
	for i := range f.walks {
		if f.walks[i].ns == ns {
			f.walks[i].met = true
			return
		}
	}
	f.scratch = f.scratch[:0]
	f.t.Each(ns, f.keep)
	f.t.Set(ns, f.scratch)
	clear(f.scratch)
}

// walk yields, and tells whether the list is to be written anew.
func (f *mortalList[K, N, V]) walk(ns N, yield func(V) bool) (met bool) {
	at := len(f.walks)
	f.walks = append(f.walks, listWalk[N, V]{ns: ns, yield: yield})
	defer func() {
		met = f.walks[at].met
		f.walks[at] = listWalk[N, V]{}
		f.walks = f.walks[:at]
	}()
	f.t.Each(ns, f.show)
	return met
}

func (f *mortalList[K, N, V]) toShow(s Stamped[V]) bool {
	at := len(f.walks) - 1
	if f.m.over(s.At) {
		f.walks[at].met = true
		return !f.m.shows() || f.walks[at].yield(s.V)
	}
	if f.m.renews(s.At) {
		f.walks[at].met = true
	}
	return f.walks[at].yield(s.V)
}

func (f *mortalList[K, N, V]) toKeep(s Stamped[V]) bool {
	if f.m.over(s.At) {
		return true
	}
	if f.m.renews(s.At) {
		s.At = *f.m.now
	}
	f.scratch = append(f.scratch, s)
	return true
}

func (f *mortalList[K, N, V]) Clear(ns N) {
	f.m.seen++
	f.t.Clear(ns)
}

func (f *mortalList[K, N, V]) Want(i int, ns N) { f.t.Want(i, ns) }

// mortalMap is the face of a map state with a TTL.
type mortalMap[N, U comparable, V any] struct {
	t    Map[N, U, Stamped[V]]
	m    *mortality
	show func(U, Stamped[V]) bool
	mortalWalk[N, U, V]
}

// mortalWalk is the walk that is under way.
type mortalWalk[N, U comparable, V any] struct {
	ns      N
	u       U // is yielded
	yield   func(U, V) bool
	changed bool // other entries than that: the walk may show what they were
}

func newMortalMap[N, U comparable, V any](t Map[N, U, Stamped[V]], m *mortality) *mortalMap[N, U, V] {
	f := &mortalMap[N, U, V]{t: t, m: m}
	f.show = f.toShow
	return f
}

func (f *mortalMap[N, U, V]) Get(ns N, u U) (v V, ok bool) {
	f.m.seen++
	s, ok := f.t.Get(ns, u)
	if !ok {
		return v, false
	}
	if f.m.over(s.At) {
		f.t.Remove(ns, u)
		if f.m.shows() {
			return s.V, true
		}
		return v, false
	}
	if f.m.renews(s.At) {
		f.t.Set(ns, u, Stamped[V]{*f.m.now, s.V})
	}
	return s.V, true
}

func (f *mortalMap[N, U, V]) Set(ns N, u U, v V) {
	f.m.seen++
	f.changes(ns, u)
	f.t.Set(ns, u, Stamped[V]{*f.m.now, v})
}

func (f *mortalMap[N, U, V]) Remove(ns N, u U) {
	f.m.seen++
	f.changes(ns, u)
	f.t.Remove(ns, u)
}

func (w *mortalWalk[N, U, V]) changes(ns N, u U) {
	if w.yield != nil && (u != w.u || ns != w.ns) {
		w.changed = true
	}
}

// Each deletes, or renews, an entry before it yields it: what yield does with it comes last.
func (f *mortalMap[N, U, V]) Each(ns N, yield func(U, V) bool) {
	f.m.seen++
	outer := f.mortalWalk // yield may look into the map of another namespace
	f.mortalWalk = mortalWalk[N, U, V]{ns: ns, yield: yield}
	f.t.Each(ns, f.show)
	outer.changed = outer.changed || f.changed
	f.mortalWalk = outer
}

func (f *mortalMap[N, U, V]) toShow(u U, s Stamped[V]) bool {
	if f.changed { // or what yield has written would be deleted, or renewed, for what it was
		now, ok := f.t.Get(f.ns, u)
		if !ok {
			return true
		}
		s = now
	}
	f.u = u
	if f.m.over(s.At) {
		f.t.Remove(f.ns, u)
		return !f.m.shows() || f.yield(u, s.V)
	}
	if f.m.renews(s.At) {
		f.t.Set(f.ns, u, Stamped[V]{*f.m.now, s.V})
	}
	return f.yield(u, s.V)
}

func (f *mortalMap[N, U, V]) Clear(ns N) {
	f.m.seen++
	f.changed = f.yield != nil
	f.t.Clear(ns)
}

func (f *mortalMap[N, U, V]) Want(i int, ns N, u U) { f.t.Want(i, ns, u) }
