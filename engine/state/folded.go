package state

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// Reducing is one V of the current key, into which everything that is added is folded.
type Reducing[V any] struct {
	v    Value[V]
	fold func(old, added V) V
}

// OpenReducing opens a reducing state in a scope's store. fold must be associative; it may change and return old. The first V that is added
// is kept as it is.
func OpenReducing[K comparable, V any](s *tables.Scope[K], name string, v backends.Codec[V], fold func(old, added V) V) (Reducing[V], error) {
	t, err := OpenValue(s, name, v)
	return Reducing[V]{t, fold}, err
}

// Add folds v in.
func (s Reducing[V]) Add(v V) {
	if old, ok := s.v.Get(); ok {
		v = s.fold(old, v)
	}
	s.v.Set(v)
}

// Get returns what was folded, and whether anything was.
func (s Reducing[V]) Get() (V, bool) { return s.v.Get() }

// Clear forgets it.
func (s Reducing[V]) Clear() { s.v.Clear() }

// An Aggregate folds values of In into an accumulator Acc, and says what an accumulator means.
type Aggregate[In, Acc, Out any] struct {
	Create func() Acc
	Add    func(acc Acc, v In) Acc // may change and return acc
	Result func(acc Acc) Out
	Merge  func(a, b Acc) Acc // of windows that become one; may change and return a. Aggregating has no use for it
}

// Aggregating is one accumulator of the current key, into which everything that is added is folded.
type Aggregating[In, Acc, Out any] struct {
	v   Value[Acc]
	agg Aggregate[In, Acc, Out]
}

// OpenAggregating opens an aggregating state in a scope's store; what it stores is the accumulator.
func OpenAggregating[K comparable, In, Acc, Out any](s *tables.Scope[K], name string, acc backends.Codec[Acc], agg Aggregate[In, Acc, Out]) (Aggregating[In, Acc, Out], error) {
	t, err := OpenValue(s, name, acc)
	return Aggregating[In, Acc, Out]{t, agg}, err
}

// Add folds v in.
func (s Aggregating[In, Acc, Out]) Add(v In) {
	acc, ok := s.v.Get()
	if !ok {
		acc = s.agg.Create()
	}
	s.v.Set(s.agg.Add(acc, v))
}

// Get returns what the accumulator means, and whether anything was added.
func (s Aggregating[In, Acc, Out]) Get() (out Out, ok bool) {
	acc, ok := s.v.Get()
	if !ok {
		return out, false
	}
	return s.agg.Result(acc), true
}

// Clear forgets it.
func (s Aggregating[In, Acc, Out]) Clear() { s.v.Clear() }
