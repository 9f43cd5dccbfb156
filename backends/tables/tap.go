package tables

import "github.com/weirbench/weir/backends"

// Tap is how a backend that wraps others sees writes (a change log, a trace, a fault): it asks the description to put itself between, and is
// told in bytes. So nobody outside this package needs a type parameter.

// tap makes the entry that is about to be written.
type tap struct {
	e     backends.Entry
	wrote func(*backends.Entry, backends.Op)
}

func tapKey[K, N comparable](t *tap, s *Scope[K], ns Namespace[N], n N) *backends.Entry {
	k := s.Keys.Cur()
	t.e.Group = int(k.Group)
	t.e.Key, t.e.Value = appendPart(appendPart(t.e.Key[:0], s.Codec, k.K), ns, n), t.e.Value[:0]
	return &t.e
}

// Tap tells of Set and Clear.
func (d *ValueDesc[K, N, V]) Tap(inner backends.Table, wrote func(e *backends.Entry, op backends.Op)) backends.Table {
	return &tappedValue[K, N, V]{inner.(Value[N, V]), d, tap{backends.Entry{State: d.name}, wrote}}
}

type tappedValue[K, N comparable, V any] struct {
	Value[N, V]
	d   *ValueDesc[K, N, V]
	tap tap
}

func (t *tappedValue[K, N, V]) Set(ns N, v V) {
	e := tapKey(&t.tap, t.d.scope, t.d.ns, ns)
	e.Value = t.d.v.Append(e.Value, v) // before the table owns v
	t.tap.wrote(e, backends.OpSet)
	t.Value.Set(ns, v)
}

func (t *tappedValue[K, N, V]) Clear(ns N) {
	t.tap.wrote(tapKey(&t.tap, t.d.scope, t.d.ns, ns), backends.OpDelete)
	t.Value.Clear(ns)
}

// Tap tells of Add and AddAll as a merge of the elements' bytes, of Set and of Clear.
func (d *ListDesc[K, N, V]) Tap(inner backends.Table, wrote func(e *backends.Entry, op backends.Op)) backends.Table {
	return &tappedList[K, N, V]{inner.(List[N, V]), d, tap{backends.Entry{State: d.name}, wrote}}
}

type tappedList[K, N comparable, V any] struct {
	List[N, V]
	d   *ListDesc[K, N, V]
	tap tap
}

func (t *tappedList[K, N, V]) tell(ns N, op backends.Op, vs ...V) {
	e := tapKey(&t.tap, t.d.scope, t.d.ns, ns)
	e.Value = t.d.encode(e.Value, vs...) // before the table owns them
	t.tap.wrote(e, op)
}

func (t *tappedList[K, N, V]) Add(ns N, v V) {
	t.d.refuseNil(v)
	t.tell(ns, backends.OpMerge, v)
	t.List.Add(ns, v)
}

func (t *tappedList[K, N, V]) AddAll(ns N, vs []V) {
	t.d.refuseNils(vs)
	if len(vs) > 0 {
		t.tell(ns, backends.OpMerge, vs...)
	}
	t.List.AddAll(ns, vs)
}

func (t *tappedList[K, N, V]) Set(ns N, vs []V) {
	t.d.refuseNils(vs)
	if len(vs) == 0 {
		t.tell(ns, backends.OpDelete)
	} else {
		t.tell(ns, backends.OpSet, vs...)
	}
	t.List.Set(ns, vs)
}

func (t *tappedList[K, N, V]) Clear(ns N) {
	t.tell(ns, backends.OpDelete)
	t.List.Clear(ns)
}

// Tap tells of Set and Remove, and of Clear as a removal of each entry.
func (d *MapDesc[K, N, U, V]) Tap(inner backends.Table, wrote func(e *backends.Entry, op backends.Op)) backends.Table {
	return &tappedMap[K, N, U, V]{inner.(Map[N, U, V]), d, tap{backends.Entry{State: d.name}, wrote}}
}

type tappedMap[K, N, U comparable, V any] struct {
	Map[N, U, V]
	d   *MapDesc[K, N, U, V]
	tap tap
}

func (t *tappedMap[K, N, U, V]) entry(ns N, u U) *backends.Entry {
	e := tapKey(&t.tap, t.d.scope, t.d.ns, ns)
	e.Key = t.d.u.Append(e.Key, u)
	return e
}

func (t *tappedMap[K, N, U, V]) Set(ns N, u U, v V) {
	e := t.entry(ns, u)
	e.Value = t.d.v.Append(e.Value, v)
	t.tap.wrote(e, backends.OpSet)
	t.Map.Set(ns, u, v)
}

func (t *tappedMap[K, N, U, V]) Remove(ns N, u U) {
	t.tap.wrote(t.entry(ns, u), backends.OpDelete)
	t.Map.Remove(ns, u)
}

func (t *tappedMap[K, N, U, V]) Clear(ns N) {
	t.Map.Each(ns, func(u U, _ V) bool {
		t.tap.wrote(t.entry(ns, u), backends.OpDelete)
		return true
	})
	t.Map.Clear(ns)
}

// Tap tells of Register and Delete, and of Pop as a deletion.
func (d *TimersDesc[K, N]) Tap(inner backends.Table, wrote func(e *backends.Entry, op backends.Op)) backends.Table {
	return &tappedTimers[K, N]{inner.(Timers[K, N]), d, tap{backends.Entry{State: d.name}, wrote}}
}

type tappedTimers[K, N comparable] struct {
	Timers[K, N]
	d   *TimersDesc[K, N]
	tap tap
}

func (t *tappedTimers[K, N]) tell(k *backends.Key[K], at int64, ns N, op backends.Op) {
	e := &t.tap.e
	e.Group = int(k.Group)
	e.Key = t.d.parts.append(appendOrdered(e.Key[:0], at), k.K, ns)
	t.tap.wrote(e, op)
}

func (t *tappedTimers[K, N]) Register(at int64, ns N) {
	t.tell(t.d.scope.Keys.Cur(), at, ns, backends.OpSet)
	t.Timers.Register(at, ns)
}

func (t *tappedTimers[K, N]) Delete(at int64, ns N) {
	t.tell(t.d.scope.Keys.Cur(), at, ns, backends.OpDelete)
	t.Timers.Delete(at, ns)
}

func (t *tappedTimers[K, N]) Pop(until int64, dst []backends.Timer[K, N]) []backends.Timer[K, N] {
	from := len(dst)
	dst = t.Timers.Pop(until, dst)
	for i := from; i < len(dst); i++ {
		t.tell(&dst[i].Key, dst[i].At, dst[i].NS, backends.OpDelete)
	}
	return dst
}
