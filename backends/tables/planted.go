package tables

import "github.com/weirbench/weir/backends"

// Planted bugs that need the types of a state: a description puts them between a table and whoever uses it, as Tap puts itself. Only package
// broken asks for them.

// SkipBehindRemoved is a planted bug: going through a map skips the entry behind one that was removed on the way. hit is called for each entry
// that is skipped.
func (d *MapDesc[K, N, U, V]) SkipBehindRemoved(inner backends.Table, hit func()) backends.Table {
	return &skippingMap[N, U, V]{Map: inner.(Map[N, U, V]), hit: hit}
}

type skippingMap[N, U comparable, V any] struct {
	Map[N, U, V]
	hit     func()
	removed bool
}

func (t *skippingMap[N, U, V]) Each(ns N, yield func(U, V) bool) {
	t.removed = false
	t.Map.Each(ns, func(u U, v V) bool {
		if t.removed {
			t.removed = false
			t.hit()
			return true
		}
		return yield(u, v)
	})
}

func (t *skippingMap[N, U, V]) Remove(ns N, u U) {
	t.removed = true
	t.Map.Remove(ns, u)
}

// LeaveOutNamespace is a planted bug: the namespace is left out of the key, so that all namespaces of a key are one. hit is called for each
// access to one of them.
func (d *ValueDesc[K, N, V]) LeaveOutNamespace(inner backends.Table, hit func()) backends.Table {
	return merelyValue[N, V]{inner.(Value[N, V]), merely[N]{hit}}
}

// LeaveOutNamespace is the same planted bug of a list.
func (d *ListDesc[K, N, V]) LeaveOutNamespace(inner backends.Table, hit func()) backends.Table {
	return merelyList[N, V]{inner.(List[N, V]), merely[N]{hit}}
}

// LeaveOutNamespace is the same planted bug of a map.
func (d *MapDesc[K, N, U, V]) LeaveOutNamespace(inner backends.Table, hit func()) backends.Table {
	return merelyMap[N, U, V]{inner.(Map[N, U, V]), merely[N]{hit}}
}

// merely makes the zero namespace of any.
type merely[N comparable] struct{ hit func() }

func (m merely[N]) of(ns N) (zero N) {
	if ns != zero {
		m.hit()
	}
	return zero
}

type merelyValue[N comparable, V any] struct {
	Value[N, V]
	merely[N]
}

func (t merelyValue[N, V]) Get(ns N) (V, bool) { return t.Value.Get(t.of(ns)) }
func (t merelyValue[N, V]) Set(ns N, v V)      { t.Value.Set(t.of(ns), v) }
func (t merelyValue[N, V]) Clear(ns N)         { t.Value.Clear(t.of(ns)) }
func (t merelyValue[N, V]) Want(i int, ns N)   { t.Value.Want(i, t.of(ns)) }

type merelyList[N comparable, V any] struct {
	List[N, V]
	merely[N]
}

func (t merelyList[N, V]) Add(ns N, v V)                 { t.List.Add(t.of(ns), v) }
func (t merelyList[N, V]) AddAll(ns N, vs []V)           { t.List.AddAll(t.of(ns), vs) }
func (t merelyList[N, V]) Each(ns N, yield func(V) bool) { t.List.Each(t.of(ns), yield) }
func (t merelyList[N, V]) Set(ns N, vs []V)              { t.List.Set(t.of(ns), vs) }
func (t merelyList[N, V]) Clear(ns N)                    { t.List.Clear(t.of(ns)) }
func (t merelyList[N, V]) Want(i int, ns N)              { t.List.Want(i, t.of(ns)) }

type merelyMap[N, U comparable, V any] struct {
	Map[N, U, V]
	merely[N]
}

func (t merelyMap[N, U, V]) Get(ns N, u U) (V, bool)          { return t.Map.Get(t.of(ns), u) }
func (t merelyMap[N, U, V]) Set(ns N, u U, v V)               { t.Map.Set(t.of(ns), u, v) }
func (t merelyMap[N, U, V]) Remove(ns N, u U)                 { t.Map.Remove(t.of(ns), u) }
func (t merelyMap[N, U, V]) Each(ns N, yield func(U, V) bool) { t.Map.Each(t.of(ns), yield) }
func (t merelyMap[N, U, V]) Clear(ns N)                       { t.Map.Clear(t.of(ns)) }
func (t merelyMap[N, U, V]) Want(i int, ns N, u U)            { t.Map.Want(i, t.of(ns), u) }
