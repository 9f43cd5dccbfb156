package tables

import "slices"

// place puts g wherever the directory holds what is at index at.
func (t *cow[K, N, V]) place(g *segment[K, N, V], at int) {
	n := 1 << (t.depth - g.depth)
	at &^= n - 1
	for i := range n {
		t.dir[at+i] = g
	}
	t.moveHome(at, at+n)
	t.moved++
}

// resize makes an empty directory.
func (t *cow[K, N, V]) resize(n int) {
	t.dir, t.home = make([]*segment[K, N, V], n), make([]home[K, N, V], n)
}

// moveHome follows what the directory says from lo up to hi.
func (t *cow[K, N, V]) moveHome(lo, hi int) {
	for i := lo; i < hi; i++ {
		slots := t.dir[i].slots
		t.home[i] = home[K, N, V]{&slots[0], uint32(len(slots) - 1)}
	}
}

// writable is the segment at an index of the directory, shared with no frozen table.
func (t *cow[K, N, V]) writable(at int) *segment[K, N, V] {
	g := t.dir[at]
	if g.born < t.pinned {
		g = t.clone(g)
		t.place(g, at)
	}
	return g
}

// writableNext is the same for what follows a segment that is writable.
func (t *cow[K, N, V]) writableNext(g *segment[K, N, V]) *segment[K, N, V] {
	if g.next.born < t.pinned {
		g.next = t.clone(g.next)
		t.moved++
	}
	return g.next
}

func (t *cow[K, N, V]) clone(old *segment[K, N, V]) *segment[K, N, V] {
	g := *old
	g.slots = slices.Clone(g.slots)
	if g.own != nil {
		g.own = slices.Clone(g.own)
	}
	g.born = t.epoch
	return &g
}

func (t *cow[K, N, V]) newSegment(size int, depth uint8) *segment[K, N, V] {
	g := &segment[K, N, V]{slots: make([]slot[K, N, V], size), born: t.epoch, depth: depth}
	if t.copy != nil {
		g.own = make([]uint32, size)
	}
	return g
}

// grow doubles the segment at an index, or splits it by the next bit of the hash. It returns false if it may do neither.
func (t *cow[K, N, V]) grow(at int) bool {
	old := t.dir[at]
	if len(old.slots) < segMax {
		g := t.newSegment(max(8, 2*len(old.slots)), old.depth)
		t.fill(g, old, 0, 0)
		t.place(g, at)
		return true
	}
	if old.depth == t.depth {
		if !t.mayDouble() {
			return false
		}
		dir := t.dir
		t.resize(2 * len(dir))
		for i := range t.dir {
			t.dir[i] = dir[i/2]
		}
		t.moveHome(0, len(t.dir))
		t.depth, at = t.depth+1, 2*at
	}
	bit := uint32(1) << (31 - old.depth)
	span := 1 << (t.depth - old.depth)
	at &^= span - 1
	for i, want := range []uint32{0, bit} {
		g := t.newSegment(segMax, old.depth+1)
		t.fill(g, old, bit, want)
		t.place(g, at+i*span/2)
	}
	return true
}

// mayDouble keeps the directory in proportion to the entries. Hashes that are mixed stay far below; many that are equal, or equal in their
// highest bits, would double it for ever.
func (t *cow[K, N, V]) mayDouble() bool {
	return t.depth < 31 && len(t.dir) <= 2*t.groups.Len()+2*t.n
}

// spill makes room behind a full segment, the last of its line.
func (t *cow[K, N, V]) spill(g *segment[K, N, V]) { g.next = t.newSegment(segMax, g.depth) }

// fill copies what has these bits of the hash.
func (t *cow[K, N, V]) fill(g, old *segment[K, N, V], mask, want uint32) {
	for ; old != nil; old = old.next {
		for from := range old.slots {
			s := &old.slots[from]
			if !old.has(from) {
				continue
			}
			h := t.hash(s.key, s.ns)
			if h&mask != want {
				continue
			}
			if g.full() {
				t.spill(g)
				g = g.next
			}
			i, _ := g.seek(h, s.key, s.ns)
			g.take(i)
			g.slots[i] = *s
			if g.own != nil {
				g.own[i] = old.own[from]
			}
		}
	}
}

// frozen is a cow as it was.
type frozen[K, N comparable, V any] struct {
	t     *cow[K, N, V]
	first int // key group
	depth uint8
	dir   []*segment[K, N, V]
	epoch uint32
}

func (t *cow[K, N, V]) freeze() *frozen[K, N, V] {
	t.epoch++
	t.pinned = t.epoch
	t.open = append(t.open, t.epoch)
	return &frozen[K, N, V]{t, t.groups.First, t.depth, slices.Clone(t.dir), t.epoch}
}

func (f *frozen[K, N, V]) each(group int, yield func(*slot[K, N, V]) error) error {
	lo := (group - f.first) << f.depth
	for at := lo; at < lo+1<<f.depth; {
		for g := f.dir[at]; g != nil; g = g.next {
			for i := range g.slots {
				if !g.has(i) {
					continue
				}
				if err := yield(&g.slots[i]); err != nil {
					return err
				}
			}
		}
		at += 1 << (f.depth - f.dir[at].depth)
	}
	return nil
}

// Release lets segments be changed in place again, those that no other frozen table shares.
func (f *frozen[K, N, V]) Release() {
	t := f.t
	kept := t.open[:0]
	t.pinned = 0
	for _, e := range t.open {
		if e != f.epoch {
			kept = append(kept, e)
			t.pinned = max(t.pinned, e)
		}
	}
	t.open = kept
	f.dir = nil
}
