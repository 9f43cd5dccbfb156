// Package tables is the one room where the types of state meet their storage: the faces that operators' handles stand on, the
// descriptions that stores are opened with, and the two generic implementations, live objects and coded bytes.
//
// A store asks a description for a table; Open asserts the table's type, once.
package tables

import (
	"fmt"
	"slices"

	. "github.com/weirbench/weir/backends"
)

// Value is one V for the current key and a namespace. What Get returns is the table's: it is valid until the end of
// the batch, and it may be changed in place only if Set follows. What Set is given becomes the table's.
type Value[N comparable, V any] interface {
	Get(ns N) (V, bool)
	Set(ns N, v V)
	Clear(ns N)
	// Want says that record i of the batch will probably ask for ns. It changes speed and nothing else.
	Want(i int, ns N)
}

// Map is a map of U to V for the current key and a namespace.
type Map[N, U comparable, V any] interface {
	Get(ns N, u U) (V, bool)
	Set(ns N, u U, v V)
	Remove(ns N, u U)
	// Each yields every entry, in an order that depends on the calls made and nothing else. The current map may not be written meanwhile.
	Each(ns N, yield func(U, V) bool)
	Clear(ns N)
}

// Timers is a set of (time, key, namespace), taken out in the order of time. Ties come in an order that depends on
// the calls made and nothing else.
type Timers[K, N comparable] interface {
	Register(at int64, ns N) // for the current key
	Delete(at int64, ns N)
	Head() (at int64, ok bool)
	// Pop takes the timers of at most `until` and appends them to dst up to its capacity.
	Pop(until int64, dst []Timer[K, N]) []Timer[K, N]
}

// Namespace is everything about a namespace.
type Namespace[N comparable] interface {
	Codec[N]
	Hash(N) uint32
}

// Scope is what a task opens its states in: its store and its keys.
type Scope[K comparable] struct {
	Store Store
	Keys  *Keys[K]
	Codec KeyType[K]
	src   [1]K
	dst   [1]Key[K]
}

// Fill makes ks the batch.
func (s *Scope[K]) Fill(ks []K) {
	s.Keys.Batch = slices.Grow(s.Keys.Batch[:0], len(ks))[:len(ks)]
	s.Codec.Mark(s.Keys.Batch, ks)
}

func (s *Scope[K]) mark(k K) Key[K] {
	s.src[0] = k
	s.Codec.Mark(s.dst[:], s.src[:])
	return s.dst[0]
}

func OpenValue[K, N comparable, V any](s *Scope[K], name string, ns Namespace[N], v Codec[V]) (Value[N, V], error) {
	return open[Value[N, V]](s.Store, &valueDesc[K, N, V]{name, s, ns, v})
}

func OpenMap[K, N, U comparable, V any](s *Scope[K], name string, ns Namespace[N], u Codec[U], v Codec[V]) (Map[N, U, V], error) {
	return open[Map[N, U, V]](s.Store, &mapDesc[K, N, U, V]{name, s, ns, u, v})
}

func OpenTimers[K, N comparable](s *Scope[K], name string, ns Namespace[N]) (Timers[K, N], error) {
	return open[Timers[K, N]](s.Store, &timersDesc[K, N]{name, s, ns})
}

func open[T any](s Store, d Desc) (t T, err error) {
	made, err := s.Open(d)
	if err != nil {
		return t, fmt.Errorf("open state %s: %w", d.Name(), err)
	}
	t, ok := made.(T) // the one assertion
	if !ok {
		return t, fmt.Errorf("open state %s: %T made %T, want %T", d.Name(), s, made, &t)
	}
	return t, nil
}

type valueDesc[K, N comparable, V any] struct {
	name string
	s    *Scope[K]
	ns   Namespace[N]
	v    Codec[V]
}

func (d *valueDesc[K, N, V]) Name() string            { return d.name }
func (d *valueDesc[K, N, V]) Kind() Kind              { return ValueKind }
func (d *valueDesc[K, N, V]) Live(g Groups) LiveTable { return newLiveValue(d, g) }
func (d *valueDesc[K, N, V]) Coded(h CodedHost, p []byte, g Groups) CodedTable {
	return newCodedValue(d, h, p)
}

type mapDesc[K, N, U comparable, V any] struct {
	name string
	s    *Scope[K]
	ns   Namespace[N]
	u    Codec[U]
	v    Codec[V]
}

func (d *mapDesc[K, N, U, V]) Name() string            { return d.name }
func (d *mapDesc[K, N, U, V]) Kind() Kind              { return MapKind }
func (d *mapDesc[K, N, U, V]) Live(g Groups) LiveTable { return newLiveMap(d, g) }
func (d *mapDesc[K, N, U, V]) Coded(h CodedHost, p []byte, g Groups) CodedTable {
	return newCodedMap(d, h, p)
}

type timersDesc[K, N comparable] struct {
	name string
	s    *Scope[K]
	ns   Namespace[N]
}

func (d *timersDesc[K, N]) Name() string            { return d.name }
func (d *timersDesc[K, N]) Kind() Kind              { return TimerKind }
func (d *timersDesc[K, N]) Live(g Groups) LiveTable { return newLiveTimers(d, g) }
func (d *timersDesc[K, N]) Coded(h CodedHost, p []byte, g Groups) CodedTable {
	return newCodedTimers(d, h, p, g)
}
