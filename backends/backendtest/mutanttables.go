package backendtest

import (
	"strings"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// The suite's tables, by name.
type (
	count  = tables.Value[void, uint64]
	lists  = tables.Value[void, []uint64]
	text   = tables.Value[void, string]
	textIn = tables.Value[string, string]
	window = tables.Value[uint64, uint64]
	sets   = tables.Map[void, string, uint64]
	timers = tables.Timers[uint64, uint64]

	byNamespace = tables.Map[uint64, uint64, []uint64]
)

type unseen struct {
	count
	wrote bool
}

func (t *unseen) Get(n void) (uint64, bool) {
	if t.wrote {
		t.wrote = false
		return 0, false
	}
	return t.count.Get(n)
}

func (t *unseen) Set(n void, v uint64) {
	t.wrote = true
	t.count.Set(n, v)
}

type emptyIsAbsent struct{ text }

func (t emptyIsAbsent) Get(n void) (string, bool) {
	v, _ := t.text.Get(n)
	return v, v != ""
}

type lostClear struct{ count }

func (lostClear) Clear(void) {}

// lastLost drops what a batch writes after 255 records.
func lastLost(s *mutant) {
	onTableOf(s, "count", func(t count) count { return lossy{t, s} })
}

type lossy struct {
	count
	s *mutant
}

func (t lossy) Set(n void, v uint64) {
	if t.s.sets++; t.s.sets <= 255 {
		t.count.Set(n, v)
	}
}

type wantWrites struct{ window }

func (t wantWrites) Want(_ int, ns uint64) { t.window.Set(ns, 0) }

// updates is a table with what it changes at once.
type updates struct{ window }

func updating(t window) updates { return updates{t} }

func (t updates) each(nss []uint64, f func(i int, v uint64, ok bool) uint64) {
	for i, ns := range nss {
		v, ok := t.Get(ns)
		t.Set(ns, f(i, v, ok))
	}
}

type updatesNotLast struct{ updates }

func (t updatesNotLast) Update(nss []uint64, f func(i int, v uint64, ok bool) uint64) {
	t.each(nss[:len(nss)-1], f)
	v, ok := t.Get(nss[len(nss)-1])
	f(len(nss)-1, v, ok)
}

type updatesAbsent struct{ updates }

func (t updatesAbsent) Update(nss []uint64, f func(i int, v uint64, ok bool) uint64) {
	t.each(nss, func(i int, v uint64, _ bool) uint64 { return f(i, v, true) })
}

type updatesAtOnce struct{ updates }

func (t updatesAtOnce) Update(nss []uint64, f func(i int, v uint64, ok bool) uint64) {
	vs := make([]uint64, len(nss))
	for i, ns := range nss {
		v, ok := t.Get(ns)
		vs[i] = f(i, v, ok)
	}
	for i, ns := range nss {
		t.Set(ns, vs[i])
	}
}

type shortNamespace struct{ window }

func (t shortNamespace) Get(ns uint64) (uint64, bool) { return t.window.Get(ns % 32) }
func (t shortNamespace) Set(ns, v uint64)             { t.window.Set(ns%32, v) }
func (t shortNamespace) Clear(ns uint64)              { t.window.Clear(ns % 32) }

type cutText struct{ text }

func (t cutText) Set(n void, v string) { t.text.Set(n, v[:min(len(v), 1<<20)]) }

type trimmedNamespace struct{ textIn }

func (t trimmedNamespace) Get(ns string) (string, bool) {
	return t.textIn.Get(strings.TrimSuffix(ns, "x"))
}
func (t trimmedNamespace) Set(ns, v string) { t.textIn.Set(strings.TrimSuffix(ns, "x"), v) }

type sameObject struct{ lists }

func (t sameObject) Get(n void) ([]uint64, bool) {
	v, ok := t.lists.Get(n)
	return append([]uint64(nil), v...), ok
}

func (t sameObject) Set(n void, v []uint64) {
	if old, ok := t.lists.Get(n); !ok || len(old) != len(v) {
		t.lists.Set(n, v)
	}
}

type quietCount struct{ count }

func (t quietCount) Get(n void) (v uint64, ok bool) {
	defer func() { recover() }()
	return t.count.Get(n)
}

// notCopied gives out the object that was set, not the table's. The nth write of a batch is always the same key's.
func notCopied(s *mutant) {
	onTableOf(s, "list", func(t lists) lists { return aliased{t, s, map[int][]uint64{}} })
}

type aliased struct {
	lists
	s    *mutant
	last map[int][]uint64
}

func (t aliased) Get(n void) ([]uint64, bool) {
	if v := t.last[t.s.sets]; v != nil {
		return v, true
	}
	return t.lists.Get(n)
}

func (t aliased) Set(n void, v []uint64) {
	t.last[t.s.sets] = v
	t.s.sets++
	t.lists.Set(n, v)
}

type lostRemove struct{ sets }

func (lostRemove) Remove(void, string) {}

type skipsBorder struct{ sets }

func (t skipsBorder) Each(n void, yield func(string, uint64) bool) {
	i := 0
	t.sets.Each(n, func(u string, v uint64) bool {
		i++
		return i == 256 || yield(u, v)
	})
}

type neverStops struct{ sets }

func (t neverStops) Each(n void, yield func(string, uint64) bool) {
	t.sets.Each(n, func(u string, v uint64) bool { yield(u, v); return true })
}

type skipsNext struct {
	sets
	removed bool
}

func (t *skipsNext) Each(n void, yield func(string, uint64) bool) {
	t.removed = false
	t.sets.Each(n, func(u string, v uint64) bool {
		if t.removed {
			t.removed = false
			return true
		}
		return yield(u, v)
	})
}

func (t *skipsNext) Remove(n void, u string) {
	t.removed = true
	t.sets.Remove(n, u)
}

// goMap yields in an order that differs from table to table, as that of a Go map does: where it begins is its number.
type goMap struct {
	sets
	number int
}

func (t goMap) Each(n void, yield func(string, uint64) bool) {
	var us []string
	vs := map[string]uint64{}
	t.sets.Each(n, func(u string, v uint64) bool { us, vs[u] = append(us, u), v; return true })
	for i := range us {
		u := us[(i+t.number)%len(us)]
		if !yield(u, vs[u]) {
			return
		}
	}
}

type leavesOne struct{ sets }

func (t leavesOne) Clear(n void) {
	first := true
	t.sets.Each(n, func(u string, _ uint64) bool {
		if !first {
			t.sets.Remove(n, u)
		}
		first = false
		return true
	})
}

type due = []backends.Timer[uint64, uint64]

type oneTooMany struct{ timers }

func (t oneTooMany) Pop(until int64, dst due) due { return t.timers.Pop(until+1, dst) }

type noRoom struct{ timers }

func (t noRoom) Pop(until int64, dst due) due {
	all := t.timers.Pop(until, make(due, 0, 1000))
	return append(dst, all[:min(len(all), cap(dst)-len(dst))]...)
}

type lostDelete struct{ timers }

func (lostDelete) Delete(int64, uint64) {}

type firedOnce struct {
	timers
	fired map[int64]bool
}

func (t *firedOnce) Pop(until int64, dst due) due {
	dst = t.timers.Pop(until, dst)
	for _, f := range dst {
		t.fired[f.At] = true
	}
	return dst
}

func (t *firedOnce) Register(at int64, ns uint64) {
	if !t.fired[at] {
		t.timers.Register(at, ns)
	}
}

type deletedOnce struct {
	timers
	gone map[int64]bool
}

func (t *deletedOnce) Delete(at int64, ns uint64) {
	t.gone[at] = true
	t.timers.Delete(at, ns)
}

func (t *deletedOnce) Register(at int64, ns uint64) {
	if !t.gone[at] {
		t.timers.Register(at, ns)
	}
}

// someClears loses one Clear in fifty.
type someClears struct {
	window
	n int
}

func (t *someClears) Clear(ns uint64) {
	if t.n++; t.n%50 != 0 {
		t.window.Clear(ns)
	}
}
