package state

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// Value is one V of the current key.
type Value[V any] struct {
	t tables.Value[backends.Void, V]
}

// OpenValue opens a value state in a scope's store.
func OpenValue[K comparable, V any](s *tables.Scope[K], name string, v backends.Codec[V]) (Value[V], error) {
	t, err := tables.OpenValue(s, name, tables.None{}, v)
	return Value[V]{t}, err
}

// Get returns the value, and whether there is one.
func (s Value[V]) Get() (V, bool) { return s.t.Get(backends.Void{}) }

// Set makes v the value.
func (s Value[V]) Set(v V) { s.t.Set(backends.Void{}, v) }

// Clear removes the value.
func (s Value[V]) Clear() { s.t.Clear(backends.Void{}) }

// Map is a map of U to V of the current key.
type Map[U comparable, V any] struct {
	t tables.Map[backends.Void, U, V]
}

// OpenMap opens a map state in a scope's store.
func OpenMap[K, U comparable, V any](s *tables.Scope[K], name string, u backends.Codec[U], v backends.Codec[V]) (Map[U, V], error) {
	t, err := tables.OpenMap(s, name, tables.None{}, u, v)
	return Map[U, V]{t}, err
}

// Get returns the value of u, and whether there is one.
func (s Map[U, V]) Get(u U) (V, bool) { return s.t.Get(backends.Void{}, u) }

// Has tells whether u has a value.
func (s Map[U, V]) Has(u U) bool {
	_, ok := s.t.Get(backends.Void{}, u)
	return ok
}

// Empty tells whether there is no entry. It reads up to the first that it sees: where entries have a TTL, it deletes what is over as any read does,
// and where that may be seen, a map of nothing else is not empty until all of it was read.
func (s Map[U, V]) Empty() bool {
	empty := true
	s.t.Each(backends.Void{}, func(U, V) bool { empty = false; return false })
	return empty
}

// Set makes v the value of u.
func (s Map[U, V]) Set(u U, v V) { s.t.Set(backends.Void{}, u, v) }

// Remove removes u.
func (s Map[U, V]) Remove(u U) { s.t.Remove(backends.Void{}, u) }

// Each yields every entry until yield returns false. Meanwhile the current entry may be set or removed. If others are, it is not said which are yielded, as what,
// and how often; but Each ends, and the map holds what the calls left.
func (s Map[U, V]) Each(yield func(U, V) bool) { s.t.Each(backends.Void{}, yield) }

// Clear removes all entries.
func (s Map[U, V]) Clear() { s.t.Clear(backends.Void{}) }
