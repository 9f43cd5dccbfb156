package tables

import (
	"math/bits"
	"slices"

	"github.com/weirbench/weir/backends"
)

// A sweep goes round a cow that meanwhile changes, some steps at a time, and shows each slot to look. It knows its place by key group and
// highest bits of the hash, which outlast growth; what moves within a segment it may show twice or, this time round, not at all. A step is
// one entry or one segment that has no more, so that the work is bounded however empty the table is.
type sweep[K, N comparable, V any] struct {
	t     *cow[K, N, V]
	group int    // of the range
	hash  uint64 // of 32 bits; what is below the segment's own bits is 0
	seg   int    // how many segments behind the first
	slot  int
	// look takes a slot and what it may spend, and returns what it spent and whether it is done with that slot. If so, it has changed nothing in
	// the table; if not, it is shown what is there then.
	look func(group uint16, s *slot[K, N, V], steps int) (spent int, done bool)
}

func (w *sweep[K, N, V]) run(steps int) {
	for w.t.n > 0 && steps > 0 {
		g, group := w.segment(), uint16(w.group+w.t.groups.First)
		i, done := g.from(w.slot), true
		for i >= 0 && done && steps > 0 {
			var spent int
			spent, done = w.look(group, &g.slots[i], steps)
			if steps -= spent; done {
				i = g.from(i + 1)
			}
		}
		if w.slot = i; i < 0 {
			w.leave(g)
			steps--
		}
	}
}

// segment is where the sweep stands. A line of segments may have become shorter.
func (w *sweep[K, N, V]) segment() *segment[K, N, V] {
	g := w.t.dir[w.group<<w.t.depth|int(w.hash>>(32-w.t.depth))]
	for i := 0; i < w.seg; i++ {
		if g.next == nil {
			w.seg, w.slot = i, len(g.slots)
			break
		}
		g = g.next
	}
	return g
}

// leave goes to the next segment of a line, or to the next place of the directory.
func (w *sweep[K, N, V]) leave(g *segment[K, N, V]) {
	w.slot = 0
	if g.next != nil {
		w.seg++
		return
	}
	w.seg = 0
	span := uint64(1) << (32 - g.depth)
	if w.hash = w.hash&^(span-1) + span; w.hash < 1<<32 {
		return
	}
	w.hash = 0
	if w.group++; w.group == w.t.groups.Len() {
		w.group = 0
	}
}

// from is the first place in use at or after i, or -1.
func (g *segment[K, N, V]) from(i int) int {
	for ; i < len(g.slots); i = (i | 63) + 1 {
		if rest := g.used[i>>6] >> (i & 63); rest != 0 {
			return i + bits.TrailingZeros64(rest)
		}
	}
	return -1
}

// sweptValue is liveValue whose expired values go, whoever reads them.
type sweptValue[K, N comparable, V any] struct {
	*liveValue[K, N, Stamped[V]]
	m     *mortality
	sweep sweep[K, N, Stamped[V]]
}

func newSweptValue[K, N comparable, V any](t *liveValue[K, N, Stamped[V]], m *mortality) *sweptValue[K, N, V] {
	s := &sweptValue[K, N, V]{liveValue: t, m: m}
	s.sweep = sweep[K, N, Stamped[V]]{t: &t.cow, look: s.look}
	return s
}

func (t *sweptValue[K, N, V]) Begin() { t.m.begin(); t.liveValue.Begin() }

func (t *sweptValue[K, N, V]) End() {
	t.liveValue.End()
	t.sweep.run(t.m.due(len(t.keys.Batch)))
}

func (t *sweptValue[K, N, V]) look(group uint16, s *slot[K, N, Stamped[V]], _ int) (int, bool) {
	if !t.m.over(s.val.At) {
		return 1, true
	}
	t.remove(group, t.hash(s.key, s.ns), s.key, s.ns)
	return 1, false
}

func (t *sweptValue[K, N, V]) Freeze() backends.Frozen { return t.m.filtered(t.liveValue.Freeze()) }

// sweptList is liveList whose oldest elements go. Elements expire from the front, as long as the clock only goes forward; if it does not, those
// behind wait for those in front.
type sweptList[K, N comparable, V any] struct {
	*liveList[K, N, Stamped[V]]
	m     *mortality
	sweep sweep[K, N, []Stamped[V]]
}

func newSweptList[K, N comparable, V any](t *liveList[K, N, Stamped[V]], m *mortality) *sweptList[K, N, V] {
	s := &sweptList[K, N, V]{liveList: t, m: m}
	s.sweep = sweep[K, N, []Stamped[V]]{t: &t.cow, look: s.look}
	return s
}

func (t *sweptList[K, N, V]) Begin() { t.m.begin(); t.liveList.Begin() }

func (t *sweptList[K, N, V]) End() {
	t.liveList.End()
	t.sweep.run(t.m.due(len(t.keys.Batch)))
}

// look drops so many elements as it may spend steps. What a frozen table shares is left as it is: a list begins later in the same memory, or in
// its own when most of that is no longer of use.
func (t *sweptList[K, N, V]) look(group uint16, s *slot[K, N, []Stamped[V]], steps int) (int, bool) {
	over := 0
	for over < min(steps, len(s.val)) && t.m.over(s.val[over].At) {
		over++
	}
	if over == 0 {
		return 1, true
	}
	hash := t.hash(s.key, s.ns)
	if over == len(s.val) {
		t.remove(group, hash, s.key, s.ns)
		return over, false
	}
	s, _ = t.put(group, hash, s.key, s.ns, false)
	if s.val = s.val[over:]; len(s.val) < over {
		s.val = slices.Clone(s.val)
	}
	return over, false
}

func (t *sweptList[K, N, V]) Freeze() backends.Frozen { return t.m.filtered(t.liveList.Freeze()) }

// sweptMap is liveMap whose expired entries go.
type sweptMap[K, N, U comparable, V any] struct {
	*liveMap[K, N, U, Stamped[V]]
	m     *mortality
	sweep sweep[K, N, *entries[U, Stamped[V]]]
	left  int // entries of the map at hand that were not looked at; 0: a new map
}

func newSweptMap[K, N, U comparable, V any](t *liveMap[K, N, U, Stamped[V]], m *mortality) *sweptMap[K, N, U, V] {
	s := &sweptMap[K, N, U, V]{liveMap: t, m: m}
	s.sweep = sweep[K, N, *entries[U, Stamped[V]]]{t: &t.cow, look: s.look}
	return s
}

func (t *sweptMap[K, N, U, V]) Begin() { t.m.begin(); t.liveMap.Begin() }

func (t *sweptMap[K, N, U, V]) End() {
	t.liveMap.End()
	t.sweep.run(t.m.due(len(t.keys.Batch)))
}

// look goes from the last entry to the first, as Each does, over as many as it may spend steps. The map is copied only if a frozen table shares it
// and something goes.
func (t *sweptMap[K, N, U, V]) look(group uint16, s *slot[K, N, *entries[U, Stamped[V]]], steps int) (spent int, done bool) {
	k, ns, m, own := s.key, s.ns, s.val, false
	if t.left == 0 || t.left > len(m.list) {
		t.left = len(m.list)
	}
	for ; t.left > 0 && spent < steps; spent++ {
		t.left--
		u := m.list[t.left].u
		if !t.m.over(m.list[t.left].v.At) {
			continue
		}
		if !own {
			m, own = t.get(group, t.hash(k, ns), k, ns).val, true
		}
		if m.remove(u); len(m.list) == 0 {
			t.left = 0
			t.remove(group, t.hash(k, ns), k, ns)
			return spent + 1, false
		}
	}
	return max(spent, 1), t.left == 0
}

func (t *sweptMap[K, N, U, V]) Freeze() backends.Frozen { return t.m.filtered(t.liveMap.Freeze()) }

// filtered leaves out of a frozen table what had expired when the last batch began, if that is asked for. Before the first batch nothing had:
// what was restored is read back as it is.
func (m *mortality) filtered(f backends.Frozen) backends.Frozen {
	if !m.Snapshots {
		return f
	}
	return aliveOnly{f, m.Expiry, m.began}
}

type aliveOnly struct {
	backends.Frozen
	expiry backends.Expiry
	now    int64
}

func (f aliveOnly) Each(group int, yield func(*backends.Entry) error) error {
	var alive backends.Entry
	return f.Frozen.Each(group, func(e *backends.Entry) error {
		v, ok := f.expiry.Alive(e.Value, f.now)
		if !ok {
			return nil
		}
		alive = *e
		alive.Value = v
		return yield(&alive)
	})
}
