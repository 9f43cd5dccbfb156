package tables

import (
	"fmt"
	"unsafe"

	"github.com/weirbench/weir/backends"
)

// liveTimers is a set, which is the truth and what snapshots hold, and a 4-ary heap that orders it. A deleted timer
// stays in the heap until it comes up. What can be computed of a key is not kept: a timer more is the bytes of its time, key and namespace,
// twice.
type liveTimers[K, N comparable] struct {
	set  cow[K, timeNS[N], backends.Void]
	heap []alarm[K, N]
	d    *TimersDesc[K, N]
	keys *backends.Keys[K]
	due  []backends.Timer[K, N] // scratch
	sum  byte                   // keeps the touching loop alive
}

type alarm[K, N comparable] struct {
	ns  N // first, and key last: a field of no size at the end would cost eight bytes
	at  int64
	key K
}

type timeNS[N comparable] struct {
	at int64
	ns N
}

func newLiveTimers[K, N comparable](d *TimersDesc[K, N], g backends.Groups) *liveTimers[K, N] {
	t := &liveTimers[K, N]{d: d, keys: d.scope.Keys}
	t.set.init(g, func(k K, x timeNS[N]) uint32 { return timerHash(d.scope.mark(k).Hash, x.at, d.ns.Hash(x.ns)) }, false, nil)
	return t
}

func (t *liveTimers[K, N]) hashOf(k *backends.Key[K], at int64, ns N) uint32 {
	return timerHash(k.Hash, at, t.d.ns.Hash(ns))
}

func timerHash(key uint32, at int64, ns uint32) uint32 { return both(both(key, ns), Mix(uint64(at))) }

func (t *liveTimers[K, N]) Begin()   {}
func (t *liveTimers[K, N]) End()     {}
func (t *liveTimers[K, N]) Len() int { return t.set.n }

func (t *liveTimers[K, N]) Register(at int64, ns N) {
	t.add(t.keys.Cur(), at, ns)
}

func (t *liveTimers[K, N]) add(k *backends.Key[K], at int64, ns N) {
	if _, isNew := t.set.put(k.Group, t.hashOf(k, at, ns), k.K, timeNS[N]{at, ns}, true); isNew {
		t.push(alarm[K, N]{ns, at, k.K})
	}
}

func (t *liveTimers[K, N]) Delete(at int64, ns N) {
	t.drop(t.keys.Cur(), at, ns)
	if len(t.heap) > 2*t.set.n+64 { // mostly deleted timers: keep the rest
		kept := t.heap[:0]
		for i := range t.heap {
			if t.has(&t.heap[i]) {
				kept = append(kept, t.heap[i])
			}
		}
		clear(t.heap[len(kept):])
		t.heap = kept
		for i := (len(kept) - 2) / 4; i >= 0 && len(kept) > 1; i-- {
			t.sink(i)
		}
	}
}

func (t *liveTimers[K, N]) has(x *alarm[K, N]) bool {
	k := t.d.scope.mark(x.key)
	return t.set.find(k.Group, t.hashOf(&k, x.at, x.ns), k.K, timeNS[N]{x.at, x.ns}) != nil
}

func (t *liveTimers[K, N]) drop(k *backends.Key[K], at int64, ns N) bool {
	return t.set.remove(k.Group, t.hashOf(k, at, ns), k.K, timeNS[N]{at, ns})
}

func (t *liveTimers[K, N]) Head() (int64, bool) {
	for len(t.heap) > 0 {
		if t.has(&t.heap[0]) {
			return t.heap[0].at, true
		}
		t.pop()
	}
	return 0, false
}

// Pop takes some out of the heap before it looks for them in the set, in a loop that touches where they are and does nothing else: so the processor waits
// for them together.
func (t *liveTimers[K, N]) Pop(until int64, dst []backends.Timer[K, N]) []backends.Timer[K, N] {
	for len(dst) < cap(dst) && len(t.heap) > 0 && t.heap[0].at <= until {
		t.due = t.due[:0]
		for most := min(cap(dst)-len(dst), dueAtOnce); len(t.due) < most && len(t.heap) > 0 && t.heap[0].at <= until; t.pop() {
			x := &t.heap[0]
			t.due = append(t.due, backends.Timer[K, N]{At: x.at, Key: t.d.scope.mark(x.key), NS: x.ns})
		}
		sum := byte(0)
		for i := range t.due {
			x := &t.due[i]
			h := t.hashOf(&x.Key, x.At, x.NS)
			sum += *(*byte)(unsafe.Pointer(t.set.home[t.set.at(x.Key.Group, h)].slot(h)))
		}
		t.sum = sum
		for i := range t.due {
			if x := &t.due[i]; t.drop(&x.Key, x.At, x.NS) {
				dst = append(dst, *x)
			}
		}
	}
	return dst
}

const dueAtOnce = 64 // timers: what they touch stays in the nearest cache until they are looked for

func (t *liveTimers[K, N]) push(x alarm[K, N]) {
	t.heap = append(t.heap, x)
	i := len(t.heap) - 1
	for i > 0 && x.at < t.heap[(i-1)/4].at {
		t.heap[i] = t.heap[(i-1)/4]
		i = (i - 1) / 4
	}
	t.heap[i] = x
}

func (t *liveTimers[K, N]) pop() {
	end := len(t.heap) - 1
	t.heap[0] = t.heap[end]
	t.heap[end] = alarm[K, N]{}
	t.heap = t.heap[:end]
	if end > 1 {
		t.sink(0)
	}
}

func (t *liveTimers[K, N]) sink(i int) {
	x := t.heap[i]
	for {
		least, first := -1, 4*i+1
		for c := first; c < min(first+4, len(t.heap)); c++ {
			if least < 0 || t.heap[c].at < t.heap[least].at {
				least = c
			}
		}
		if least < 0 || t.heap[least].at >= x.at {
			break
		}
		t.heap[i] = t.heap[least]
		i = least
	}
	t.heap[i] = x
}

func (t *liveTimers[K, N]) Restore(e *backends.Entry) error {
	at, rest, err := cutOrdered(e.Key)
	if err != nil {
		return err
	}
	k, rest, err := cutKey(t.d.scope, rest)
	if err != nil {
		return err
	}
	if int(k.Group) != e.Group {
		return fmt.Errorf("corrupt: the key is of key group %d", k.Group)
	}
	ns, _, err := cutPart(rest, t.d.ns)
	if err == nil {
		t.add(&k, at, ns)
	}
	return err
}

func (t *liveTimers[K, N]) Freeze() backends.Frozen {
	return &frozenTimers[K, N]{frozen: t.set.freeze(), d: t.d}
}

type frozenTimers[K, N comparable] struct {
	*frozen[K, timeNS[N], backends.Void]
	d *TimersDesc[K, N]
}

func (f *frozenTimers[K, N]) Each(group int, yield func(*backends.Entry) error) error {
	e := &backends.Entry{State: f.d.name, Group: group}
	return f.each(group, func(s *slot[K, timeNS[N], backends.Void]) error {
		e.Key = appendOrdered(e.Key[:0], s.ns.at)
		e.Key = f.d.parts.append(e.Key, s.key, s.ns.ns)
		return yield(e)
	})
}
