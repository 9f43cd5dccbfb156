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
	yield   func(V) bool // of the walk that is under way
	met     bool         // it met what is over, or what it renews
	show    func(Stamped[V]) bool
	keep    func(Stamped[V]) bool
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
// renews.
func (f *mortalList[K, N, V]) Each(ns N, yield func(V) bool) {
	f.m.seen++
	outer, met := f.yield, f.met // yield may look into the list of another namespace
	f.yield, f.met = yield, false
	f.t.Each(ns, f.show)
	anew := f.met
	if f.yield, f.met = outer, met; !anew {
		return
	}
	f.scratch = f.scratch[:0]
	f.t.Each(ns, f.keep)
	f.t.Set(ns, f.scratch)
	clear(f.scratch)
}

func (f *mortalList[K, N, V]) toShow(s Stamped[V]) bool {
	if f.m.over(s.At) {
		f.met = true
		return !f.m.shows() || f.yield(s.V)
	}
	f.met = f.met || f.m.renews(s.At)
	return f.yield(s.V)
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
	t     Map[N, U, Stamped[V]]
	m     *mortality
	ns    N // of the walk that is under way
	yield func(U, V) bool
	show  func(U, Stamped[V]) bool
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
	f.t.Set(ns, u, Stamped[V]{*f.m.now, v})
}

func (f *mortalMap[N, U, V]) Remove(ns N, u U) {
	f.m.seen++
	f.t.Remove(ns, u)
}

// Each deletes, or renews, an entry before it yields it: what yield does with it comes last.
func (f *mortalMap[N, U, V]) Each(ns N, yield func(U, V) bool) {
	f.m.seen++
	outerNS, outer := f.ns, f.yield // yield may look into the map of another namespace
	f.ns, f.yield = ns, yield
	f.t.Each(ns, f.show)
	f.ns, f.yield = outerNS, outer
}

func (f *mortalMap[N, U, V]) toShow(u U, s Stamped[V]) bool {
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
	f.t.Clear(ns)
}

func (f *mortalMap[N, U, V]) Want(i int, ns N, u U) { f.t.Want(i, ns, u) }
