package state

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// List is a list of V of the current key, in the order in which elements were added. An empty list does not exist.
type List[V any] struct {
	t tables.List[backends.Void, V]
}

// OpenList opens a list state in a scope's store.
func OpenList[K comparable, V any](s *tables.Scope[K], name string, v backends.Codec[V]) (List[V], error) {
	t, err := tables.OpenList(s, name, tables.None{}, v)
	return List[V]{t}, err
}

// Add appends v, and reads nothing.
func (s List[V]) Add(v V) { s.t.Add(backends.Void{}, v) }

// AddAll appends vs, which remains the caller's. No element changes nothing.
func (s List[V]) AddAll(vs []V) { s.t.AddAll(backends.Void{}, vs) }

// Set replaces the list by vs, which remains the caller's. No element clears it.
func (s List[V]) Set(vs []V) { s.t.Set(backends.Void{}, vs) }

// Each yields the elements until yield returns false. To change the list meanwhile is a usage error.
func (s List[V]) Each(yield func(V) bool) { s.t.Each(backends.Void{}, yield) }

// Clear removes the list.
func (s List[V]) Clear() { s.t.Clear(backends.Void{}) }
