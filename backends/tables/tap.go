package tables

import . "github.com/weirbench/weir/backends"

// Tap is how a backend that wraps others sees writes (a change log, a trace, a fault): it asks the description to put
// itself between, and is told in bytes. Nobody outside this package needs a type parameter. Only values, in this sketch.
func (d *valueDesc[K, N, V]) Tap(inner Table, wrote func(e *Entry, deleted bool)) Table {
	return &tappedValue[K, N, V]{Value: inner.(Value[N, V]), d: d, keys: d.s.Keys, wrote: wrote}
}

type tappedValue[K, N comparable, V any] struct {
	Value[N, V]
	d     *valueDesc[K, N, V]
	keys  *Keys[K]
	e     Entry
	wrote func(*Entry, bool)
}

func (t *tappedValue[K, N, V]) entry(ns N) *Entry {
	k := t.keys.Cur()
	t.e.State, t.e.Group = t.d.name, int(k.Group)
	t.e.Key = appendPart(appendPart(t.e.Key[:0], t.d.s.Codec, k.K), t.d.ns, ns)
	return &t.e
}

func (t *tappedValue[K, N, V]) Set(ns N, v V) {
	e := t.entry(ns)
	e.Value = t.d.v.Append(e.Value[:0], v) // before the table owns v
	t.wrote(e, false)
	t.Value.Set(ns, v)
}

func (t *tappedValue[K, N, V]) Clear(ns N) {
	t.wrote(t.entry(ns), true)
	t.Value.Clear(ns)
}

func (d *mapDesc[K, N, U, V]) Tap(inner Table, wrote func(e *Entry, deleted bool)) Table {
	return inner
}
func (d *timersDesc[K, N]) Tap(inner Table, wrote func(e *Entry, deleted bool)) Table { return inner }
