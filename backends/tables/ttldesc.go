package tables

import (
	"fmt"

	"github.com/weirbench/weir/backends"
)

// A state with a TTL is, to stores and to whoever wraps them, a state of Stamped values, described by the same descriptions; only that its tables
// say besides what has expired, and that a face above the store's table makes and hides the times.

// OpenValueTTL opens a value state whose values expire.
func OpenValueTTL[K, N comparable, V any](s *Scope[K], name string, ns Namespace[N], v backends.Codec[V], ttl TTL) (Value[N, V], error) {
	m, err := openTTL(s, name, ttl)
	if m == nil || err != nil {
		return orPlain(err, func() (Value[N, V], error) { return OpenValue(s, name, ns, v) })
	}
	d := &ValueDesc[K, N, Stamped[V]]{name, s, ns, newParts(s, ns), stamps[V]{v}}
	t, err := open[Value[N, Stamped[V]]](s, mortalValueDesc[K, N, V]{d, m})
	face, err := clearing[N, V](&mortalValue[N, V]{t, m}, err)
	return countValue(s, name, face, err)
}

// OpenListTTL opens a list state whose elements expire, each for itself.
func OpenListTTL[K, N comparable, V any](s *Scope[K], name string, ns Namespace[N], v backends.Codec[V], ttl TTL) (List[N, V], error) {
	m, err := openTTL(s, name, ttl)
	if m == nil || err != nil {
		return orPlain(err, func() (List[N, V], error) { return OpenList(s, name, ns, v) })
	}
	d := newListDesc[K](s, name, ns, backends.Codec[Stamped[V]](stamps[V]{v}))
	m.List, m.Width = true, d.v.Width()
	t, err := open[List[N, Stamped[V]]](s, mortalListDesc[K, N, V]{d, m})
	return countList[K, N, V](s, name, newMortalList(t, m, newListDesc(s, name, ns, v)), err)
}

// OpenMapTTL opens a map state whose entries expire, each for itself.
func OpenMapTTL[K, N, U comparable, V any](s *Scope[K], name string, ns Namespace[N], u backends.Codec[U], v backends.Codec[V], ttl TTL) (Map[N, U, V], error) {
	m, err := openTTL(s, name, ttl)
	if m == nil || err != nil {
		return orPlain(err, func() (Map[N, U, V], error) { return OpenMap(s, name, ns, u, v) })
	}
	d := &MapDesc[K, N, U, Stamped[V]]{name, s, ns, newParts(s, ns), u, stamps[V]{nilsOf(v)}}
	t, err := open[Map[N, U, Stamped[V]]](s, mortalMapDesc[K, N, U, V]{d, m})
	face, err := keyed[N, U, V](name, newMortalMap(t, m), err)
	return countMap(s, name, face, err)
}

// openTTL returns nil when there is no TTL.
func openTTL[K comparable](s *Scope[K], name string, ttl TTL) (*mortality, error) {
	if err := ttl.check(); err != nil {
		return nil, fmt.Errorf("open state %s: %w", name, err)
	}
	if ttl.Life == 0 {
		return nil, nil
	}
	return newMortality(ttl, &s.Keys.Now), nil
}

func orPlain[T any](err error, open func() (T, error)) (t T, _ error) {
	if err != nil {
		return t, err
	}
	return open()
}

type mortalValueDesc[K, N comparable, V any] struct {
	*ValueDesc[K, N, Stamped[V]]
	m *mortality
}

func (d mortalValueDesc[K, N, V]) Live(g backends.Groups) backends.LiveTable {
	return newSweptValue[K, N, V](newLiveValue(d.ValueDesc, g), d.m)
}

func (d mortalValueDesc[K, N, V]) Coded(h backends.CodedHost, p []byte, _ backends.Groups) backends.CodedTable {
	return expiringValue[K, N, V]{newCodedValue(d.ValueDesc, h, p), d.m}
}

type mortalListDesc[K, N comparable, V any] struct {
	*ListDesc[K, N, Stamped[V]]
	m *mortality
}

func (d mortalListDesc[K, N, V]) Live(g backends.Groups) backends.LiveTable {
	return newSweptList[K, N, V](newLiveList(d.ListDesc, g), d.m)
}

func (d mortalListDesc[K, N, V]) Coded(h backends.CodedHost, p []byte, _ backends.Groups) backends.CodedTable {
	return expiringList[K, N, V]{newCodedList(d.ListDesc, h, p), d.m}
}

type mortalMapDesc[K, N, U comparable, V any] struct {
	*MapDesc[K, N, U, Stamped[V]]
	m *mortality
}

func (d mortalMapDesc[K, N, U, V]) Live(g backends.Groups) backends.LiveTable {
	return newSweptMap[K, N, U, V](newLiveMap(d.MapDesc, g), d.m)
}

func (d mortalMapDesc[K, N, U, V]) Coded(h backends.CodedHost, p []byte, _ backends.Groups) backends.CodedTable {
	return expiringMap[K, N, U, V]{newCodedMap(d.MapDesc, h, p), d.m}
}

// Coded tables say what expires and leave it to their host.

type expiringValue[K, N comparable, V any] struct {
	*codedValue[K, N, Stamped[V]]
	m *mortality
}

func (t expiringValue[K, N, V]) Begin()                  { t.m.begin() }
func (t expiringValue[K, N, V]) Expiry() backends.Expiry { return t.m.Expiry }
func (t expiringValue[K, N, V]) Now() int64              { return t.m.began }
func (t expiringValue[K, N, V]) Touched() int            { return t.m.touched() }

type expiringList[K, N comparable, V any] struct {
	*codedList[K, N, Stamped[V]]
	m *mortality
}

func (t expiringList[K, N, V]) Begin()                  { t.m.begin() }
func (t expiringList[K, N, V]) Expiry() backends.Expiry { return t.m.Expiry }
func (t expiringList[K, N, V]) Now() int64              { return t.m.began }
func (t expiringList[K, N, V]) Touched() int            { return t.m.touched() }

type expiringMap[K, N, U comparable, V any] struct {
	*codedMap[K, N, U, Stamped[V]]
	m *mortality
}

func (t expiringMap[K, N, U, V]) Begin()                  { t.m.begin() }
func (t expiringMap[K, N, U, V]) Expiry() backends.Expiry { return t.m.Expiry }
func (t expiringMap[K, N, U, V]) Now() int64              { return t.m.began }
func (t expiringMap[K, N, U, V]) Touched() int            { return t.m.touched() }
