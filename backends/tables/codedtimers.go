package tables

import (
	"encoding/binary"
	"sort"

	"github.com/weirbench/weir/backends"
)

// codedTimers keeps timers as ordered keys: prefix, group, time, key, namespace. Registering a timer twice writes one key twice,
// so nothing is read. The first timers of every group are cached; a tree of winners finds the group whose head is due.
// What the batch wrote is applied before a group is read again, and a group is read from where it was left, so that
// no iterator ever walks over the tombstones of fired timers.
type codedTimers[K, N comparable] struct {
	d      *TimersDesc[K, N]
	keys   *backends.Keys[K]
	host   backends.CodedHost
	prefix []byte
	first  int
	heads  []groupHead[K, N]
	win    []int32 // a tree: win[1] is the group with the earliest head
	wrote  backends.Batch
	buf    []byte
	buf2   []byte
	rows   backends.Rows
}

type groupHead[K, N comparable] struct {
	list []coded[K, N] // ascending from next
	next int
	all  bool   // list holds every timer of the group
	from []byte // nothing is stored before this, but what list holds
	n    int    // how many were popped and are not deleted yet
}

type coded[K, N comparable] struct {
	backends.Timer[K, N]
	key string // as stored
}

const headsMax = 128

func newCodedTimers[K, N comparable](d *TimersDesc[K, N], h backends.CodedHost, prefix []byte, g backends.Groups) *codedTimers[K, N] {
	t := &codedTimers[K, N]{d: d, keys: d.scope.Keys, host: h, prefix: prefix, first: g.First}
	t.heads = make([]groupHead[K, N], g.Len())
	t.win = make([]int32, 2*g.Len())
	for i := range t.heads {
		t.heads[i].all = true
		t.win[g.Len()+i] = int32(i)
	}
	t.rank()
	return t
}

// Restored is called once entries were put beneath the table: it knows nothing.
func (t *codedTimers[K, N]) Restored() {
	for i := range t.heads {
		h := &t.heads[i]
		h.all, h.list, h.next = false, nil, 0
		h.from = t.groupKey(nil, i)
		t.load(i)
	}
	t.rank()
}

func (t *codedTimers[K, N]) rank() {
	for i := len(t.heads) - 1; i > 0; i-- {
		t.win[i] = t.better(t.win[2*i], t.win[2*i+1])
	}
}

func (t *codedTimers[K, N]) better(a, b int32) int32 {
	x, y := &t.heads[a], &t.heads[b]
	if y.next < len(y.list) && (x.next == len(x.list) || y.list[y.next].At < x.list[x.next].At) {
		return b
	}
	return a
}

// changed tells the tree that the head of group i may be another.
func (t *codedTimers[K, N]) changed(i int) {
	for p := (i + len(t.heads)) / 2; p > 0; p /= 2 {
		t.win[p] = t.better(t.win[2*p], t.win[2*p+1])
	}
}

func (t *codedTimers[K, N]) groupKey(b []byte, i int) []byte {
	return binary.BigEndian.AppendUint16(append(b, t.prefix...), uint16(t.first+i))
}

func (t *codedTimers[K, N]) encode(x *backends.Timer[K, N]) {
	t.buf = appendOrdered(t.groupKey(t.buf[:0], int(x.Key.Group)-t.first), x.At)
	t.buf = t.d.parts.append(t.buf, x.Key.K, x.NS)
}

func (t *codedTimers[K, N]) Begin()       {}
func (t *codedTimers[K, N]) End()         {}
func (t *codedTimers[K, N]) Pending() int { return t.wrote.Len() }

func (t *codedTimers[K, N]) Register(at int64, ns N) {
	x := backends.Timer[K, N]{At: at, Key: *t.keys.Cur(), NS: ns}
	i := int(x.Key.Group) - t.first
	h := &t.heads[i]
	t.encode(&x)
	t.settle(h) // or a deletion would follow that is older than this
	t.wrote.Set(t.buf, nil)
	if !h.all && (h.next == len(h.list) || string(t.buf) > h.list[len(h.list)-1].key) {
		if string(t.buf) < string(h.from) {
			h.from = append(h.from[:0], t.buf...)
		}
		return // behind what is cached
	}
	at2 := h.next + sort.Search(len(h.list)-h.next, func(j int) bool { return h.list[h.next+j].key >= string(t.buf) })
	if at2 < len(h.list) && h.list[at2].key == string(t.buf) {
		return
	}
	h.list = append(h.list, coded[K, N]{})
	copy(h.list[at2+1:], h.list[at2:])
	h.list[at2] = coded[K, N]{x, string(t.buf)}
	if len(h.list)-h.next > 2*headsMax {
		t.shorten(h)
	}
	t.changed(i)
}

func (t *codedTimers[K, N]) shorten(h *groupHead[K, N]) {
	n := copy(h.list, h.list[h.next:h.next+headsMax])
	clear(h.list[n:])
	h.list, h.next, h.all = h.list[:n], 0, false
	h.from = append(append(h.from[:0], h.list[n-1].key...), 0)
}

func (t *codedTimers[K, N]) Delete(at int64, ns N) {
	x := backends.Timer[K, N]{At: at, Key: *t.keys.Cur(), NS: ns}
	i := int(x.Key.Group) - t.first
	h := &t.heads[i]
	t.encode(&x)
	t.settle(h)
	t.wrote.Delete(t.buf)
	j := h.next + sort.Search(len(h.list)-h.next, func(j int) bool { return h.list[h.next+j].key >= string(t.buf) })
	if j < len(h.list) && h.list[j].key == string(t.buf) {
		h.list = append(h.list[:j], h.list[j+1:]...)
		t.refill(i)
		t.changed(i)
	}
}

// settle writes down that what was popped is gone: key by key. A range would be one write, but a store with a hundred thousand
// range tombstones in memory answers every iterator slowly.
func (t *codedTimers[K, N]) settle(h *groupHead[K, N]) {
	for j := h.next - h.n; j < h.next; j++ {
		t.buf2 = append(t.buf2[:0], h.list[j].key...)
		t.wrote.Delete(t.buf2)
	}
	h.n = 0
}

func (t *codedTimers[K, N]) Head() (int64, bool) {
	if h := &t.heads[t.win[1]]; h.next < len(h.list) {
		return h.list[h.next].At, true
	}
	return 0, false
}

func (t *codedTimers[K, N]) Pop(until int64, dst []backends.Timer[K, N]) []backends.Timer[K, N] {
	for len(dst) < cap(dst) {
		i := int(t.win[1])
		h := &t.heads[i]
		if h.next == len(h.list) || h.list[h.next].At > until {
			break
		}
		dst = append(dst, h.list[h.next].Timer)
		h.next++
		h.n++
		if h.next > 2*headsMax {
			t.settle(h)
			n := copy(h.list, h.list[h.next:])
			clear(h.list[n:])
			h.list, h.next = h.list[:n], 0
		}
		t.refill(i)
		t.changed(i)
	}
	return dst
}

// refill reads the next timers of a group when its list is used up.
func (t *codedTimers[K, N]) refill(i int) {
	h := &t.heads[i]
	if h.next < len(h.list) {
		return
	}
	t.settle(h)
	clear(h.list)
	h.list, h.next = h.list[:0], 0
	if h.all {
		return
	}
	if t.wrote.Len() > 0 {
		if err := t.host.Apply(&t.wrote); err != nil {
			t.host.Fail(err)
			return
		}
		t.wrote.Reset()
	}
	t.load(i)
}

func (t *codedTimers[K, N]) load(i int) {
	h := &t.heads[i]
	t.rows.Reset()
	prefix := t.groupKey(nil, i)
	if err := t.host.Scan(prefix, h.from, headsMax, &t.rows); err != nil {
		t.host.Fail(err)
		return
	}
	all := string(t.rows.Data)
	from := 0
	for r := 0; r < t.rows.Len(); r += 2 {
		end := from + len(t.rows.At(r))
		key := all[from:end]
		from = end + len(t.rows.At(r+1))
		at, rest, err := cutOrdered(t.rows.At(r)[len(prefix):])
		var x backends.Timer[K, N]
		if err == nil {
			x.At = at
			x.Key, rest, err = cutKey(t.d.scope, rest)
		}
		if err == nil {
			x.NS, _, err = cutPart(rest, t.d.ns)
		}
		if err != nil {
			t.host.Fail(err)
			return
		}
		h.list = append(h.list, coded[K, N]{x, key})
	}
	if h.all = t.rows.Len() < 2*headsMax; !h.all {
		h.from = append(append(h.from[:0], h.list[len(h.list)-1].key...), 0)
	}
}

func (t *codedTimers[K, N]) Flush(b *backends.Batch) {
	for i := range t.heads {
		t.settle(&t.heads[i])
	}
	t.wrote.Each(func(op backends.Op, k, v []byte) {
		switch op {
		case backends.OpSet:
			b.Set(k, v)
		case backends.OpDelete:
			b.Delete(k)
		case backends.OpDeleteRange:
			b.DeleteRange(k, v)
		}
	})
	t.wrote.Reset()
}
