package tables

import (
	"encoding/binary"
	"fmt"
	"math"

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
	most   int // bytes of a stored timer
	first  int
	heads  []groupHead
	due    []int64 // by group: the time of its head, math.MaxInt64 when it has none
	win    []int32 // a tree: win[1] is the group with the earliest head
	popped int     // timers of all groups that are not deleted yet
	wrote  timerWrites
	buf    []byte
	spare  []byte
	rows   backends.Rows
	batch  backends.Batch
	picked []pickedTimer
	sum    byte // keeps the touching loop alive
}

func newCodedTimers[K, N comparable](d *TimersDesc[K, N], h backends.CodedHost, prefix []byte, g backends.Groups) *codedTimers[K, N] {
	t := &codedTimers[K, N]{d: d, keys: d.scope.Keys, host: h, prefix: prefix, most: keyMax(h), first: g.First}
	t.wrote.skip = len(prefix)
	t.heads = make([]groupHead, g.Len())
	t.due = make([]int64, g.Len())
	t.win = make([]int32, 2*g.Len())
	for i := range t.heads {
		t.heads[i].all, t.heads[i].room = true, 2*headsMax
		t.due[i] = math.MaxInt64
		t.win[g.Len()+i] = int32(i)
	}
	t.rank()
	return t
}

// Restored is called once entries were put beneath the table: it knows nothing.
func (t *codedTimers[K, N]) Restored() {
	for i := range t.heads {
		h := &t.heads[i]
		*h = groupHead{from: t.groupKey(nil, i), fromAt: math.MinInt64}
		t.load(i, headsMax)
		t.look(i)
	}
	t.rank()
}

func (t *codedTimers[K, N]) rank() {
	for i := len(t.heads) - 1; i > 0; i-- {
		t.win[i] = t.better(t.win[2*i], t.win[2*i+1])
	}
}

func (t *codedTimers[K, N]) better(a, b int32) int32 {
	x, y, best := t.due[a], t.due[b], a
	if y < x { // as often as not, so this is to be a move and no jump
		best = b
	}
	if x == math.MaxInt64 && y == x && t.heads[a].empty() {
		return b
	}
	return best
}

// look finds the time of a group's head.
func (t *codedTimers[K, N]) look(i int) {
	t.due[i] = math.MaxInt64
	if h := &t.heads[i]; !h.empty() {
		t.due[i] = h.list[h.next].at
	}
}

// changed tells the tree that the head of group i may be another.
func (t *codedTimers[K, N]) changed(i int) {
	t.look(i)
	for p := (i + len(t.heads)) / 2; p > 0; p /= 2 {
		t.win[p] = t.better(t.win[2*p], t.win[2*p+1])
	}
}

func (t *codedTimers[K, N]) groupKey(b []byte, i int) []byte {
	return binary.BigEndian.AppendUint16(append(b, t.prefix...), uint16(t.first+i))
}

// encode puts the key of a timer of the current key in buf, and answers with its group.
func (t *codedTimers[K, N]) encode(at int64, ns N) (i int) {
	k := t.keys.Cur()
	i = int(k.Group) - t.first
	if t.buf = t.d.parts.append(appendOrdered(t.groupKey(t.buf[:0], i), at), k.K, ns); len(t.buf) > t.most {
		panic(keyTooLarge(t.d.name, keyText(k.K), len(t.buf), t.most))
	}
	return i
}

func (t *codedTimers[K, N]) End() int { return t.wrote.len() }

func (t *codedTimers[K, N]) Register(at int64, ns N) {
	i := t.encode(at, ns)
	h := &t.heads[i]
	t.settle(h) // or a deletion would follow that is older than this
	t.wrote.add(backends.OpSet, t.buf)
	if h.ends(at, t.buf) {
		h.behind(at, t.buf)
		return
	}
	j, found := h.find(at, t.buf)
	if found {
		return
	}
	isHead := j == h.next
	if h.put(j, at, t.buf); len(h.list)-h.next > h.room {
		h.shorten()
		t.spare = h.tidy(t.spare)
	} else if len(h.data) > h.untidy {
		t.spare = h.tidy(t.spare)
	}
	if isHead {
		t.changed(i)
	}
}

func (t *codedTimers[K, N]) Delete(at int64, ns N) {
	i := t.encode(at, ns)
	h := &t.heads[i]
	t.settle(h)
	t.wrote.add(backends.OpDelete, t.buf)
	if j, found := h.find(at, t.buf); found {
		h.list = append(h.list[:j], h.list[j+1:]...)
		t.refill(i)
		t.changed(i)
	}
}

// settle writes down that what was popped is gone: key by key. A range would be one write, but a store with a hundred thousand
// range tombstones in memory answers every iterator slowly.
func (t *codedTimers[K, N]) settle(h *groupHead) {
	for j := h.next - h.n; j < h.next; j++ {
		t.wrote.fired(h.key(j))
	}
	t.popped -= h.n
	h.n = 0
}

func (t *codedTimers[K, N]) Head() (int64, bool) {
	i := t.win[1]
	return t.due[i], !t.heads[i].empty()
}

// Pop takes some before it reads their keys, which lie as far from each other as their groups: a loop that does nothing else touches them first, so
// that the processor waits for them together.
func (t *codedTimers[K, N]) Pop(until int64, dst []backends.Timer[K, N]) []backends.Timer[K, N] {
	for len(dst) < cap(dst) {
		used := t.pick(until, min(cap(dst)-len(dst), dueAtOnce))
		if len(t.picked) == 0 {
			break
		}
		sum := byte(0)
		for _, x := range t.picked {
			data := t.heads[x.group].data
			sum += data[x.from] + data[x.to-1]
		}
		t.sum = sum
		for _, x := range t.picked {
			dst = append(dst, backends.Timer[K, N]{At: x.at})
			if err := t.decode(x.group, t.heads[x.group].data[x.from:x.to], &dst[len(dst)-1]); err != nil {
				t.host.Fail(err)
				return dst[:len(dst)-1]
			}
		}
		if used >= 0 {
			t.renew(used)
		}
	}
	return dst
}

// A pickedTimer is a timer that was popped, in the memory of its group.
type pickedTimer struct {
	group int
	span
}

// pick takes timers that are due, in turn, until a group has to be renewed, which it answers with, or else -1: there are most, or no more.
func (t *codedTimers[K, N]) pick(until int64, most int) int {
	t.picked = t.picked[:0]
	for len(t.picked) < most {
		i := int(t.win[1])
		h := &t.heads[i]
		if t.due[i] > until || h.empty() {
			break
		}
		t.picked = append(t.picked, pickedTimer{i, h.list[h.next]})
		h.next++
		h.n++
		t.popped++
		if h.n == headsMax { // together and in order, and not all that there are when a snapshot waits for it
			t.settle(h)
		}
		if h.empty() || h.next > blockMax {
			return i
		}
		t.changed(i)
	}
	return -1
}

// renew is for a group whose list is used up, or is long and not of use any more.
func (t *codedTimers[K, N]) renew(i int) {
	if h := &t.heads[i]; h.next > blockMax {
		t.settle(h)
		t.spare = h.tidy(t.spare)
	}
	t.refill(i)
	t.changed(i)
}

// decode makes the timer of a key of group i. What the key says is of that group, or whoever fires it would look for it where it is not.
func (t *codedTimers[K, N]) decode(i int, key []byte, x *backends.Timer[K, N]) error {
	k, rest, err := cutKey(t.d.scope, key[len(t.prefix)+groupBytes+timeBytes:])
	if err != nil {
		return err
	}
	x.Key = k
	if int(k.Group) != t.first+i {
		return fmt.Errorf("read state %s: corrupt: the key is of key group %d", t.d.name, k.Group)
	}
	x.NS, _, err = cutPart(rest, t.d.ns)
	return err
}

// refill reads the next timers of a group when its list is used up.
func (t *codedTimers[K, N]) refill(i int) {
	h := &t.heads[i]
	if !h.empty() {
		return
	}
	t.settle(h)
	n := h.blockLen()
	h.list, h.data, h.next = h.list[:0], h.data[:0], 0
	if h.all {
		return
	}
	if t.wrote.len() > 0 {
		t.batch.Reset()
		t.wrote.flush(&t.batch)
		if err := t.host.Apply(&t.batch); err != nil {
			t.host.Fail(err)
			return
		}
	}
	t.load(i, n)
}

// load reads at most max timers of a group, whose list is empty.
func (t *codedTimers[K, N]) load(i, max int) {
	h := &t.heads[i]
	t.rows.Reset()
	prefix := t.groupKey(t.buf[:0], i)
	t.buf = prefix
	if err := t.host.Scan(prefix, h.from, max, &t.rows); err != nil {
		t.host.Fail(err)
		return
	}
	if err := h.take(&t.rows, len(prefix)); err != nil {
		t.host.Fail(err)
		return
	}
	h.room = len(h.list) + headsMax
	if h.all = len(h.list) < max; !h.all {
		h.leave()
	}
}

func (t *codedTimers[K, N]) Flush(b *backends.Batch) {
	for i := 0; t.popped > 0; i++ {
		t.settle(&t.heads[i])
	}
	t.wrote.flush(b)
}
