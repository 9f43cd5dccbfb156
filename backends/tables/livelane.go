package tables

import (
	"math"
	"slices"
	"unsafe"

	"github.com/weirbench/weir/backends"
)

// A Lane is a Namespace most of whose namespaces follow each other as numbers do, of which a key has many that are near: windows that overlap. What
// holds live objects keeps near ones together.
type Lane[N comparable] interface {
	Namespace[N]
	// Places appends to dst the number of each of nss, or NoPlace. Each number is of one namespace.
	Places(dst []int64, nss []N) []int64
	// Of is the namespace of a number that Places gave.
	Of(nth int64) N
}

// NoPlace is the number of a namespace that is beside a Lane.
const NoPlace = math.MinInt64

// bay is what the namespaces of eight numbers hold, of which the first is a multiple of eight.
type bay[V any] struct {
	used uint8 // a bit for each
	v    [bayLen]V
}

const (
	bayBits = 3
	bayLen  = 1 << bayBits

	laneBytes = 32 // a V of more is kept alone: a bay has room for eight, and the least that a key may have in it is one
	laneAhead = 8  // records: what they touch stays in the nearest cache until they are processed
)

// liveLane keeps the V of eight namespaces in one slot: ten windows of a key are then in two or three places, and not in ten. What has no number is
// kept as liveValue keeps it.
type liveLane[K, N comparable, V any] struct {
	cow[K, int64, bay[V]]
	d    *ValueDesc[K, N, V]
	lane Lane[N]
	keys *backends.Keys[K]
	off  *liveValue[K, N, V]
	held int // namespaces, of those with a number

	last  *slot[K, int64, bay[V]] // what was found last, for a record: only to look for another or to remove it moves it
	who   int                     // that record
	from  int                     // the first record of those that were touched
	until int                     // and the first behind them
	since uint32                  // moved, when they were
	one   [1]N                    // scratch
	nths  []int64                 // scratch: of the namespaces that are asked for
	near  []int64                 // scratch: the bays of a record
	homes []laneHome[K, V]        // scratch
	sum   byte                    // keeps the touching loop alive
}

// newLive makes the table of live objects that suits the namespaces.
func (d *ValueDesc[K, N, V]) newLive(g backends.Groups) backends.LiveTable {
	var v V
	lane, ok := d.ns.(Lane[N])
	if !ok || unsafe.Sizeof(v) > laneBytes {
		return newLiveValue(d, g)
	}
	t := &liveLane[K, N, V]{d: d, lane: lane, keys: d.scope.Keys, off: newLiveValue(d, g)}
	t.init(g, func(k K, nth int64) uint32 { return bayHash(d.scope.mark(k).Hash, nth) }, d.v.Shares(), t.copied)
	return t
}

func bayHash(key uint32, nth int64) uint32 { return both(key, Mix(uint64(nth))) }

func (t *liveLane[K, N, V]) copied(b bay[V]) bay[V] {
	for i := range b.v {
		if b.used>>i&1 != 0 {
			b.v[i] = t.d.v.Copy(b.v[i])
		}
	}
	return b
}

func (t *liveLane[K, N, V]) Begin()   { t.forget(); t.off.Begin() }
func (t *liveLane[K, N, V]) End()     { t.forget(); t.off.End() }
func (t *liveLane[K, N, V]) Len() int { return t.held + t.off.Len() }
func (t *liveLane[K, N, V]) forget()  { t.last, t.until = nil, 0 }

// Want does nothing: Update looks ahead.
func (t *liveLane[K, N, V]) Want(int, N) {}

// place is the number of a namespace.
func (t *liveLane[K, N, V]) place(ns N) (nth int64, ok bool) {
	t.one[0] = ns
	t.nths = t.lane.Places(t.nths[:0], t.one[:])
	return t.nths[0], t.nths[0] != NoPlace
}

// split is where a number is: in which bay, and where in it.
func split(nth int64) (b int64, i int) { return nth >> bayBits, int(nth & (bayLen - 1)) }

// look finds a bay of the current key to read from, nil when it has none. A frozen table shares no memory that a V leads to.
func (t *liveLane[K, N, V]) look(b int64) *slot[K, int64, bay[V]] {
	k := t.keys.Cur()
	if s := t.last; s != nil && s.ns == b && t.who == t.keys.At {
		return s
	}
	if t.keys.At >= t.until {
		t.near = append(t.near[:0], b)
		t.touch()
	}
	t.last = t.get(k.Group, bayHash(k.Hash, b), k.K, b)
	t.who = t.keys.At
	return t.last
}

// write finds a bay of the current key to write to, new if need be.
func (t *liveLane[K, N, V]) write(b int64) *slot[K, int64, bay[V]] {
	k := t.keys.Cur()
	if s := t.last; s != nil && s.ns == b && t.who == t.keys.At && t.pinned == 0 {
		return s
	}
	if t.last = t.met(k, b); t.last == nil {
		t.last, _ = t.change(k.Group, bayHash(k.Hash, b), k.K, b)
	}
	t.who = t.keys.At
	return t.last
}

// met finds a bay of the current key where touch looked for it, to write to.
func (t *liveLane[K, N, V]) met(k *backends.Key[K], b int64) *slot[K, int64, bay[V]] {
	n := len(t.near)
	at := (t.keys.At - t.from) * n
	var zero K // a free slot holds it
	if t.pinned != 0 || t.since != t.moved || at < 0 || at+n > len(t.homes) || k.K == zero {
		return nil
	}
	for i := range t.homes[at : at+n] {
		switch x := &t.homes[at+i]; {
		case x.s.ns == b && x.s.key == k.K:
			return x.s
		case x.next.ns == b && x.next.key == k.K:
			return x.next
		}
	}
	return nil
}

// set writes to a slot of write's.
func (t *liveLane[K, N, V]) set(s *slot[K, int64, bay[V]], i int, v V) {
	if bit := uint8(1) << i; s.val.used&bit == 0 {
		s.val.used |= bit
		t.held++
	}
	s.val.v[i] = v
}

func (t *liveLane[K, N, V]) Get(ns N) (v V, ok bool) {
	nth, ok := t.place(ns)
	if !ok {
		return t.off.Get(ns)
	}
	b, i := split(nth)
	if s := t.look(b); s != nil && s.val.used>>i&1 != 0 {
		return s.val.v[i], true
	}
	return v, false
}

func (t *liveLane[K, N, V]) Set(ns N, v V) {
	nth, ok := t.place(ns)
	if !ok {
		t.off.Set(ns, v)
		return
	}
	b, i := split(nth)
	t.set(t.write(b), i, v)
}

func (t *liveLane[K, N, V]) Clear(ns N) {
	nth, ok := t.place(ns)
	if !ok {
		t.off.Clear(ns)
		return
	}
	b, i := split(nth)
	if s := t.look(b); s == nil || s.val.used>>i&1 == 0 {
		return
	}
	var none V
	s := t.write(b)
	s.val.used &^= 1 << i
	s.val.v[i] = none
	if t.held--; s.val.used == 0 {
		k := t.keys.Cur()
		t.remove(k.Group, bayHash(k.Hash, b), k.K, b)
		t.last = nil
	}
}

func (t *liveLane[K, N, V]) Update(nss []N, f func(i int, v V, ok bool) V) {
	t.keys.Cur()
	t.nths = t.lane.Places(t.nths[:0], nss)
	if t.keys.At >= t.until {
		t.near = t.near[:0]
		for _, nth := range t.nths {
			if b, _ := split(nth); nth != NoPlace && (len(t.near) == 0 || t.near[len(t.near)-1] != b) {
				t.near = append(t.near, b)
			}
		}
		t.touch()
	}
	var s *slot[K, int64, bay[V]]
	for n, nth := range t.nths {
		if nth == NoPlace {
			v, ok := t.off.Get(nss[n])
			t.off.Set(nss[n], f(n, v, ok))
			continue
		}
		b, i := split(nth)
		if s == nil || s.ns != b {
			s = t.write(b)
		}
		i &= bayLen - 1 // so that the compiler knows it
		if s.val.used>>i&1 != 0 {
			s.val.v[i] = f(n, s.val.v[i], true)
			continue
		}
		var none V
		t.set(s, i, f(n, none, false))
	}
}

// touch is for the current record and some behind it, which are taken to ask for the same bays, near, of their keys: it reads something of where those
// are at home, in a loop that does nothing else, so that the processor waits for all of them together. Then it does the same for what stands behind,
// where another is at home.
func (t *liveLane[K, N, V]) touch() {
	last, n, sum := unsafe.Sizeof(slot[K, int64, bay[V]]{})-1, 0, byte(0)
	t.from, t.until, t.since = t.keys.At, min(t.keys.At+laneAhead, len(t.keys.Batch)), t.moved
	batch := t.keys.Batch[t.from:t.until]
	t.homes = slices.Grow(t.homes[:0], len(batch)*len(t.near))[:len(batch)*len(t.near)]
	for i := range batch {
		for _, b := range t.near {
			h := bayHash(batch[i].Hash, b)
			home := &t.home[t.at(batch[i].Group, h)]
			t.homes[n] = laneHome[K, V]{home.slot(h), home.slot(h + 1)}
			n++
		}
	}
	for i := range t.homes {
		sum += *(*byte)(unsafe.Pointer(t.homes[i].s))
		sum += *(*byte)(unsafe.Add(unsafe.Pointer(t.homes[i].s), last))
	}
	for n, i := 0, 0; i < len(batch); i++ {
		for _, b := range t.near {
			x := &t.homes[n]
			if n++; x.s.ns != b || x.s.key != batch[i].K {
				sum += *(*byte)(unsafe.Pointer(x.next))
				sum += *(*byte)(unsafe.Add(unsafe.Pointer(x.next), last))
			}
		}
	}
	t.sum = sum
}

// laneHome is where a bay of a record is at home, and what stands behind.
type laneHome[K comparable, V any] struct {
	s, next *slot[K, int64, bay[V]]
}

func (t *liveLane[K, N, V]) Restore(e *backends.Entry) error {
	k, ns, _, err := cutEntry(t.d.scope, t.d.ns, e)
	if err != nil {
		return err
	}
	nth, ok := t.place(ns)
	if !ok {
		return t.off.Restore(e)
	}
	v, err := t.d.v.Decode(e.Value)
	if err != nil {
		return err
	}
	b, i := split(nth)
	s, _ := t.change(k.Group, bayHash(k.Hash, b), k.K, b)
	t.set(s, i, v)
	return nil
}

func (t *liveLane[K, N, V]) Freeze() backends.Frozen {
	return &frozenLane[K, N, V]{frozen: t.freeze(), off: t.off.Freeze(), t: t}
}

type frozenLane[K, N comparable, V any] struct {
	*frozen[K, int64, bay[V]]
	off backends.Frozen
	t   *liveLane[K, N, V]
	e   backends.Entry
}

func (f *frozenLane[K, N, V]) Each(group int, yield func(*backends.Entry) error) error {
	e, d := &f.e, f.t.d
	e.State, e.Group = d.name, group
	err := f.each(group, func(s *slot[K, int64, bay[V]]) error {
		for i := range s.val.v {
			if s.val.used>>i&1 == 0 {
				continue
			}
			e.Key = d.parts.append(e.Key[:0], s.key, f.t.lane.Of(s.ns<<bayBits|int64(i)))
			e.Value = d.v.Append(e.Value[:0], s.val.v[i])
			if err := yield(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.off.Each(group, yield)
}

func (f *frozenLane[K, N, V]) Release() {
	f.frozen.Release()
	f.off.Release()
}
