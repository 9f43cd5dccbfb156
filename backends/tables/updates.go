package tables

import "github.com/weirbench/weir/backends"

// Updates is a Value that changes what many namespaces of the current key hold in one call, which costs less than a Get and a Set of each.
type Updates[N comparable, V any] interface {
	// Update sets each of nss, one after the other, to what f makes of it: f is given its place in nss and what Get would return, and touches no
	// state. For the V that it is given and returns the bargain of Value holds. nss remains the caller's.
	Update(nss []N, f func(i int, v V, ok bool) V)
}

// UpdatesOf makes a value state of a scope Updates: its table's, or, where it has none or somebody stands between who must see each access, a Get
// and a Set of each.
func UpdatesOf[K, N comparable, V any](s *Scope[K], t Value[N, V]) Updates[N, V] {
	switch t := t.(type) {
	case Updates[N, V]:
		return t
	case countedValue[N, V]:
		return countedUpdates[N, V]{UpdatesOf(s, t.Value), t.counter}
	}
	return oneByOne[K, N, V]{t, s.Keys}
}

type oneByOne[K, N comparable, V any] struct {
	t    Value[N, V]
	keys *backends.Keys[K]
}

func (u oneByOne[K, N, V]) Update(nss []N, f func(i int, v V, ok bool) V) {
	for _, ns := range nss {
		u.t.Want(u.keys.At, ns)
	}
	for i, ns := range nss {
		v, ok := u.t.Get(ns)
		u.t.Set(ns, f(i, v, ok))
	}
}

// countedUpdates counts as the accesses would be counted that they stand for.
type countedUpdates[N comparable, V any] struct {
	of Updates[N, V]
	*counter
}

func (u countedUpdates[N, V]) Update(nss []N, f func(i int, v V, ok bool) V) {
	u.add(Reads, len(nss))
	u.add(Writes, len(nss))
	u.of.Update(nss, func(i int, v V, ok bool) V {
		if !ok {
			u.add(Misses, 1)
		}
		return f(i, v, ok)
	})
}

// Update finds where all are at home before it looks at any, in a loop that does nothing else: so the processor waits for them together.
func (t *liveValue[K, N, V]) Update(nss []N, f func(i int, v V, ok bool) V) {
	k, list := t.keys.Cur(), t.homes[:0]
	for _, ns := range nss {
		x := spot[K, N, V]{hash: t.hashOf(k, ns), group: k.Group}
		x.slot = t.home[t.at(x.group, x.hash)].slot(x.hash)
		list = append(list, x)
	}
	t.homes, t.sum = list, touched(list)
	var zero K // a free slot holds it
	moved, own := t.moved, t.pinned == 0 && k.K != zero
	for i, ns := range nss {
		if s := list[i].slot; own && s.key == k.K && s.ns == ns && t.moved == moved {
			s.val = f(i, s.val, true)
			continue
		}
		var v V
		s := t.get(k.Group, list[i].hash, k.K, ns)
		if s != nil {
			v = s.val
		}
		v = f(i, v, s != nil)
		s, _ = t.put(k.Group, list[i].hash, k.K, ns, true)
		s.val = v
	}
	if t.moved != moved {
		t.forget(true)
	}
}

// change returns a slot to change in place, which no frozen table shares, new if need be.
func (t *cow[K, N, V]) change(group uint16, hash uint32, k K, ns N) (s *slot[K, N, V], isNew bool) {
	if t.copy != nil { // what is there is not about to be replaced: it has to be ours
		if s := t.get(group, hash, k, ns); s != nil {
			return s, false
		}
	}
	return t.put(group, hash, k, ns, true)
}
