package state

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// State with a TTL has the same handles as state without; only how it is opened differs. A zero TTL opens it without.

// OpenValueTTL opens a value state whose values expire.
func OpenValueTTL[K comparable, V any](s *tables.Scope[K], name string, v backends.Codec[V], ttl tables.TTL) (Value[V], error) {
	t, err := tables.OpenValueTTL(s, name, tables.None{}, v, ttl)
	return Value[V]{t}, err
}

// OpenListTTL opens a list state whose elements expire, each for itself.
func OpenListTTL[K comparable, V any](s *tables.Scope[K], name string, v backends.Codec[V], ttl tables.TTL) (List[V], error) {
	t, err := tables.OpenListTTL(s, name, tables.None{}, v, ttl)
	return List[V]{t}, err
}

// OpenMapTTL opens a map state whose entries expire, each for itself.
func OpenMapTTL[K, U comparable, V any](s *tables.Scope[K], name string, u backends.Codec[U], v backends.Codec[V], ttl tables.TTL) (Map[U, V], error) {
	t, err := tables.OpenMapTTL(s, name, tables.None{}, u, v, ttl)
	return Map[U, V]{t}, err
}

// OpenReducingTTL opens a reducing state whose value expires. What is added to one that is over begins it anew; where what is over may be seen, it
// is folded in once more, as Flink does.
func OpenReducingTTL[K comparable, V any](s *tables.Scope[K], name string, v backends.Codec[V], fold func(old, added V) V, ttl tables.TTL) (Reducing[V], error) {
	t, err := tables.OpenValueTTL(s, name, tables.None{}, v, ttl)
	return Reducing[V]{ReduceInto(t, fold)}, err
}

// OpenAggregatingTTL opens an aggregating state whose accumulator expires. For what is added to one that is over, the same holds.
func OpenAggregatingTTL[K comparable, In, Acc, Out any](s *tables.Scope[K], name string, acc backends.Codec[Acc], agg Aggregate[In, Acc, Out], ttl tables.TTL) (Aggregating[In, Acc, Out], error) {
	t, err := tables.OpenValueTTL(s, name, tables.None{}, acc, ttl)
	return Aggregating[In, Acc, Out]{AggregateInto(t, agg)}, err
}
