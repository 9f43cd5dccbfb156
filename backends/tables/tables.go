package tables

import (
	"fmt"

	"github.com/weirbench/weir/backends"
)

// Value is one V for the current key and a namespace.
//
// What Get returns is the table's: it is valid until the end of the batch, and may be changed in place only if Set follows before End.
// What Set is given becomes the table's: the caller may read it until End and never change it without Set. Where copies of V share memory
// (Codec.Shares) a coded table encodes at Set and decodes a fresh V at each Get, so that reusing an object is safe there and unsafe on the
// heap, as on Flink. To set nil is to clear.
type Value[N comparable, V any] interface {
	Get(ns N) (V, bool)
	Set(ns N, v V)
	Clear(ns N)
	// Want says that record i of the batch will probably ask for ns. It changes speed and nothing else.
	Want(i int, ns N)
}

// List is a list of V for the current key and a namespace, in the order in which elements were added. An empty list does not exist.
//
// What Each yields is the table's and may be changed only if Set follows before End. What the list is given becomes the table's, the slice
// of Set and AddAll remains the caller's. A nil element is a usage error.
type List[N comparable, V any] interface {
	// Add and AddAll append; they read nothing. To add no element changes nothing.
	Add(ns N, v V)
	AddAll(ns N, vs []V)
	// Each yields the elements until yield returns false. To change the list meanwhile is a usage error.
	Each(ns N, yield func(V) bool)
	// Set replaces the list; with no element it is Clear.
	Set(ns N, vs []V)
	Clear(ns N)
	// Want says that record i of the batch will probably look into the list. It changes speed and nothing else.
	Want(i int, ns N)
}

// Map is a map of U to V for the current key and a namespace. For its values the bargain of Value holds. An empty map does not exist.
// Nil is a value as any; as a user key it is a usage error.
type Map[N, U comparable, V any] interface {
	Get(ns N, u U) (V, bool)
	Set(ns N, u U, v V)
	Remove(ns N, u U)
	// Each yields every entry until yield returns false, in an order that depends on the calls made and nothing else, and differs between
	// backends. Meanwhile the current entry may be set or removed. If others are, it is not said which are yielded, as what, and how often; but Each
	// ends, and the map holds what the calls left.
	Each(ns N, yield func(U, V) bool)
	Clear(ns N)
	// Want says that record i of the batch will probably ask for u in ns. It changes speed and nothing else.
	Want(i int, ns N, u U)
}

// Timers is a set of (time, key, namespace), taken out in the order of time. Ties come in an order that depends on the calls made and
// nothing else, and differs between backends.
type Timers[K, N comparable] interface {
	// Register and Delete are for the current key. To register a timer again, or delete one that is not there, changes nothing.
	Register(at int64, ns N)
	Delete(at int64, ns N)
	// Head is the earliest time.
	Head() (at int64, ok bool)
	// Pop takes the timers of at most until, in the order of time, and appends them to dst up to its capacity.
	Pop(until int64, dst []backends.Timer[K, N]) []backends.Timer[K, N]
}

// Namespace is everything about a namespace.
type Namespace[N comparable] interface {
	backends.Codec[N]
	Hash(N) uint32 // well mixed, alike on every machine
}

// Scope is what a task opens its states in: its store and its keys. It has one user, the task's goroutine.
type Scope[K comparable] struct {
	Store backends.Store
	Keys  *backends.Keys[K]
	Codec KeyType[K]
	// Census counts what is asked of the states that are opened from now on; nil: nobody counts.
	Census *Census
	// Forms are those of the states that were opened, in their order.
	Forms Forms
	// Mortal is how those of them expire that have a TTL, by state; nil: none does.
	Mortal map[string]backends.Expiry

	src [1]K
	dst [1]backends.Key[K]
}

// Fill makes ks the batch, and its first key current.
func (s *Scope[K]) Fill(ks []K) {
	if len(ks) > cap(s.Keys.Batch) {
		s.Keys.Batch = make([]backends.Key[K], len(ks))
	}
	s.Keys.Batch, s.Keys.At = s.Keys.Batch[:len(ks)], 0
	s.Codec.Mark(s.Keys.Batch, ks)
}

// Batch calls f for each of the keys, which is current then, between Begin and End of the store.
func (s *Scope[K]) Batch(ks []K, f func(i int)) error {
	s.Fill(ks)
	s.Store.Begin()
	for i := range ks {
		s.Keys.At = i
		f(i)
	}
	return s.Store.End()
}

func (s *Scope[K]) mark(k K) backends.Key[K] {
	s.src[0] = k
	s.Codec.Mark(s.dst[:], s.src[:])
	return s.dst[0]
}

// OpenValue opens a value state in a scope's store. A name belongs to one state.
func OpenValue[K, N comparable, V any](s *Scope[K], name string, ns Namespace[N], v backends.Codec[V]) (Value[N, V], error) {
	t, err := clearing(open[Value[N, V]](s, &ValueDesc[K, N, V]{name, s, ns, newParts(s, ns), v}))
	return countValue(s, name, t, err)
}

// OpenList opens a list state. Elements that are no bytes at all are refused: their number could not be told from the bytes of a list.
func OpenList[K, N comparable, V any](s *Scope[K], name string, ns Namespace[N], v backends.Codec[V]) (List[N, V], error) {
	if v.Width() == 0 {
		return nil, fmt.Errorf("open state %s: the elements of a list are no bytes; want a codec that writes one at least", name)
	}
	t, err := open[List[N, V]](s, newListDesc(s, name, ns, v))
	return countList(s, name, t, err)
}

// OpenMap opens a map state.
func OpenMap[K, N, U comparable, V any](s *Scope[K], name string, ns Namespace[N], u backends.Codec[U], v backends.Codec[V]) (Map[N, U, V], error) {
	t, err := open[Map[N, U, V]](s, &MapDesc[K, N, U, V]{name, s, ns, newParts(s, ns), u, nilsOf(v)})
	t, err = keyed(name, t, err)
	return countMap(s, name, t, err)
}

// OpenTimers opens a set of timers.
func OpenTimers[K, N comparable](s *Scope[K], name string, ns Namespace[N]) (Timers[K, N], error) {
	t, err := open[Timers[K, N]](s, &TimersDesc[K, N]{name, s, ns, newParts(s, ns)})
	return countTimers(s, name, t, err)
}

func open[T any, K comparable](s *Scope[K], d backends.Desc) (t T, err error) {
	made, err := s.Store.Open(d)
	if err != nil {
		return t, fmt.Errorf("open state %s: %w", d.Name(), err)
	}
	t, ok := made.(T) // the one assertion
	if !ok {
		return t, fmt.Errorf("open state %s: %T made %T, want %T", d.Name(), s.Store, made, &t)
	}
	s.Forms = s.Forms.with(d.Name(), d.Form()+placed(s.Store, d))
	if m, ok := d.(interface{ Expiry() backends.Expiry }); ok {
		if s.Mortal == nil {
			s.Mortal = map[string]backends.Expiry{}
		}
		s.Mortal[d.Name()] = m.Expiry()
	}
	return t, nil
}
