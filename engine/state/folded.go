package state

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// Reducing is one V of the current key, into which everything that is added is folded.
type Reducing[V any] struct {
	in ReducingIn[backends.Void, V]
}

// OpenReducing opens a reducing state in a scope's store. fold must be associative; it may change and return old. The first V that is added
// is kept as it is.
func OpenReducing[K comparable, V any](s *tables.Scope[K], name string, v backends.Codec[V], fold func(old, added V) V) (Reducing[V], error) {
	t, err := tables.OpenValue(s, name, tables.None{}, v)
	return Reducing[V]{ReduceInto(t, fold)}, err
}

// Add folds v in. To add nil is to clear, and fold sees none.
func (s Reducing[V]) Add(v V) { s.in.Add(backends.Void{}, v) }

// Get returns what was folded, and whether anything was.
func (s Reducing[V]) Get() (V, bool) { return s.in.Get(backends.Void{}) }

// Clear forgets it.
func (s Reducing[V]) Clear() { s.in.Clear(backends.Void{}) }

// ReducingIn is Reducing for the current key and a namespace.
type ReducingIn[N comparable, V any] struct {
	t     tables.Value[N, V]
	fold  func(old, added V) V
	isNil func(V) bool // nil where no V may be
}

// ReduceInto folds into the values of a state that was opened, with a TTL or without.
func ReduceInto[N comparable, V any](t tables.Value[N, V], fold func(old, added V) V) ReducingIn[N, V] {
	return ReducingIn[N, V]{t, fold, tables.NilTest[V]()}
}

// Add folds v in. To add nil is to clear, and fold sees none.
func (s ReducingIn[N, V]) Add(ns N, v V) {
	if s.isNil != nil && s.isNil(v) {
		s.t.Clear(ns)
		return
	}
	if old, ok := s.t.Get(ns); ok {
		v = s.fold(old, v)
	}
	s.t.Set(ns, v)
}

// Get returns what was folded, and whether anything was.
func (s ReducingIn[N, V]) Get(ns N) (V, bool) { return s.t.Get(ns) }

// Clear forgets it.
func (s ReducingIn[N, V]) Clear(ns N) { s.t.Clear(ns) }

// An Aggregate folds values of In into an accumulator Acc, and says what an accumulator means.
type Aggregate[In, Acc, Out any] struct {
	Create func() Acc
	Add    func(acc Acc, v In) Acc // may change and return acc
	Result func(acc Acc) Out
	Merge  func(a, b Acc) Acc // of windows that become one; may change and return a. Aggregating has no use for it
}

// Aggregating is one accumulator of the current key, into which everything that is added is folded.
type Aggregating[In, Acc, Out any] struct {
	in AggregatingIn[backends.Void, In, Acc, Out]
}

// OpenAggregating opens an aggregating state in a scope's store; what it stores is the accumulator.
func OpenAggregating[K comparable, In, Acc, Out any](s *tables.Scope[K], name string, acc backends.Codec[Acc], agg Aggregate[In, Acc, Out]) (Aggregating[In, Acc, Out], error) {
	t, err := tables.OpenValue(s, name, tables.None{}, acc)
	return Aggregating[In, Acc, Out]{AggregateInto(t, agg)}, err
}

// Add folds v in. To add nil is to clear, and the aggregate sees none.
func (s Aggregating[In, Acc, Out]) Add(v In) { s.in.Add(backends.Void{}, v) }

// Get returns what the accumulator means, and whether anything was added.
func (s Aggregating[In, Acc, Out]) Get() (Out, bool) { return s.in.Get(backends.Void{}) }

// Clear forgets it.
func (s Aggregating[In, Acc, Out]) Clear() { s.in.Clear(backends.Void{}) }

// AggregatingIn is Aggregating for the current key and a namespace.
type AggregatingIn[N comparable, In, Acc, Out any] struct {
	t     tables.Value[N, Acc]
	agg   Aggregate[In, Acc, Out]
	isNil func(In) bool // nil where no In may be
}

// AggregateInto keeps its accumulators in a state that was opened, with a TTL or without.
func AggregateInto[N comparable, In, Acc, Out any](t tables.Value[N, Acc], agg Aggregate[In, Acc, Out]) AggregatingIn[N, In, Acc, Out] {
	return AggregatingIn[N, In, Acc, Out]{t, agg, tables.NilTest[In]()}
}

// Add folds v in. To add nil is to clear, and the aggregate sees none.
func (s AggregatingIn[N, In, Acc, Out]) Add(ns N, v In) {
	if s.isNil != nil && s.isNil(v) {
		s.t.Clear(ns)
		return
	}
	acc, ok := s.t.Get(ns)
	if !ok {
		acc = s.agg.Create()
	}
	s.t.Set(ns, s.agg.Add(acc, v))
}

// Get returns what the accumulator means, and whether anything was added.
func (s AggregatingIn[N, In, Acc, Out]) Get(ns N) (out Out, ok bool) {
	acc, ok := s.t.Get(ns)
	if !ok {
		return out, false
	}
	return s.agg.Result(acc), true
}

// Clear forgets it.
func (s AggregatingIn[N, In, Acc, Out]) Clear(ns N) { s.t.Clear(ns) }
