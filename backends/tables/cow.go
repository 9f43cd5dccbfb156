package tables

import (
	"unsafe"

	"github.com/weirbench/weir/backends"
)

// cow is a hash table of live objects that can be frozen in the time it takes to copy a few thousand pointers.
//
// Entries live in segments of at most segMax slots, probed linearly. A directory finds the segment: the key group first, then the highest
// bits of the hash, so that a range of the directory is a key group. The segment is the unit of growth (no access ever moves more than
// segMax entries), of copy-on-write, and of iteration. A slot holds what the types need and nothing else, sixteen bytes for a counter: what
// says that it is used is a bit in the segment's head.
type cow[K, N comparable, V any] struct {
	groups backends.Groups
	depth  uint8
	dir    []*segment[K, N, V]
	home   []home[K, N, V] // what dir points to, beside each other for who looks up many
	n      int
	moved  uint32 // counts what makes pointers to slots stale

	hash   func(K, N) uint32
	copy   func(V) V // nil unless copies of V share memory
	epoch  uint32    // counts freezes, from 1
	pinned uint32    // a segment born before this is shared with a frozen table; 0 when there is none
	open   []uint32  // epochs of the frozen tables
}

const segMax = 1024

type segment[K, N comparable, V any] struct {
	slots []slot[K, N, V]
	born  uint32
	n     uint16
	depth uint8
	used  [segMax / 64]uint64
	next  *segment[K, N, V] // what found no room, where hashes are too much alike to be split
	own   []uint32          // by slot: since this epoch its V is shared with no frozen table; nil unless copies of V share memory
}

type home[K, N comparable, V any] struct {
	slots *slot[K, N, V]
	mask  uint32
}

// slot is where a hash is at home.
func (h *home[K, N, V]) slot(hash uint32) *slot[K, N, V] {
	return (*slot[K, N, V])(unsafe.Add(unsafe.Pointer(h.slots), uintptr(hash&h.mask)*unsafe.Sizeof(*h.slots)))
}

type slot[K, N comparable, V any] struct {
	ns  N // first, and key last: a field of no size at the end would cost eight bytes
	val V
	key K
}

func (g *segment[K, N, V]) has(i int) bool { return g.used[i>>6&(segMax/64-1)]>>(i&63)&1 != 0 }

// full tells whether the next entry would make probes long.
func (g *segment[K, N, V]) full() bool { return int(g.n+1)*8 > len(g.slots)*5 }

// seek returns the place of a key in its segment, or the free one where it would go. A free slot holds the zero key, so the bits are looked at
// only for that.
func (g *segment[K, N, V]) seek(hash uint32, k K, ns N) (i int, found bool) {
	var zero K
	slots := g.slots
	for i = int(hash) & (len(slots) - 1); ; i = (i + 1) & (len(slots) - 1) {
		s := &slots[i]
		if s.key == zero && !g.has(i) {
			return i, false
		}
		if s.key == k && s.ns == ns {
			return i, true
		}
	}
}

func (t *cow[K, N, V]) init(g backends.Groups, hash func(K, N) uint32, shares bool, copy func(V) V) {
	t.groups, t.epoch, t.hash = g, 1, hash
	if shares {
		t.copy = copy
	}
	full := &segment[K, N, V]{slots: make([]slot[K, N, V], 1), n: 1} // empty, yet full: the first insert replaces it
	t.resize(g.Len())
	for i := range t.dir {
		t.dir[i] = full
	}
	t.moveHome(0, len(t.dir))
}

func (t *cow[K, N, V]) at(group uint16, hash uint32) int {
	return (int(group)-t.groups.First)<<(t.depth&31) | int(uint64(hash)<<(t.depth&31)>>32)
}

// find returns nil when there is none. The slot may be shared: read it, do not write it.
func (t *cow[K, N, V]) find(group uint16, hash uint32, k K, ns N) *slot[K, N, V] {
	for g := t.dir[t.at(group, hash)]; g != nil; g = g.next {
		if i, ok := g.seek(hash, k, ns); ok {
			return &g.slots[i]
		}
	}
	return nil
}

// get is find for those who will look into V, which is copied if a frozen table shares it.
func (t *cow[K, N, V]) get(group uint16, hash uint32, k K, ns N) *slot[K, N, V] {
	for g := t.dir[t.at(group, hash)]; g != nil; g = g.next {
		i, ok := g.seek(hash, k, ns)
		if !ok {
			continue
		}
		if t.copy == nil || g.own[i] >= t.pinned {
			return &g.slots[i]
		}
		v := t.copy(g.slots[i].val)
		s, _ := t.put(group, hash, k, ns, true)
		s.val = v
		return s
	}
	return nil
}

// put returns a slot to write to, new if need be. If own is set, the caller is about to put in a V that nobody shares.
func (t *cow[K, N, V]) put(group uint16, hash uint32, k K, ns N, own bool) (s *slot[K, N, V], isNew bool) {
	for {
		at := t.at(group, hash)
		g := t.writable(at)
		i, found := g.seek(hash, k, ns)
		for !found && g.next != nil {
			g = t.writableNext(g)
			i, found = g.seek(hash, k, ns)
		}
		if !found && g.full() {
			if !t.grow(at) {
				t.spill(g)
			}
			continue
		}
		if !found {
			t.n++
			g.take(i)
			g.slots[i].key, g.slots[i].ns = k, ns
		}
		if g.own != nil && (own || !found) {
			g.own[i] = t.epoch
		}
		return &g.slots[i], !found
	}
}

func (g *segment[K, N, V]) take(i int) {
	g.n++
	g.used[i>>6] |= 1 << (i & 63)
}

func (t *cow[K, N, V]) remove(group uint16, hash uint32, k K, ns N) bool {
	at := t.at(group, hash)
	if t.find(group, hash, k, ns) == nil {
		return false
	}
	g := t.writable(at)
	hole, found := g.seek(hash, k, ns)
	for !found {
		g = t.writableNext(g)
		hole, found = g.seek(hash, k, ns)
	}
	mask := len(g.slots) - 1
	for i := (hole + 1) & mask; g.has(i); i = (i + 1) & mask { // close the hole with what was pushed past it
		home := int(t.hash(g.slots[i].key, g.slots[i].ns)) & mask
		if (i-home)&mask >= (i-hole)&mask {
			g.slots[hole] = g.slots[i]
			if g.own != nil {
				g.own[hole] = g.own[i]
			}
			hole = i
		}
	}
	g.slots[hole] = slot[K, N, V]{}
	g.used[hole>>6] &^= 1 << (hole & 63)
	g.n--
	t.n--
	t.moved++
	return true
}
