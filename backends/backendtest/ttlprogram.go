package backendtest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
)

func ttlRandomProgram(c *check) {
	other := &check{open: heap.Backend{}.Open}
	for seed := range uint64(8) {
		newTTLProgram(c, seed).run([]*check{c, c, other})
	}
	c.errs = append(c.errs, other.errs...)
}

// RunTTLPrograms runs random programs over states with a TTL, under a virtual clock and beside a model in plain Go, each on all of these backends in
// turn: at every restore the state moves on to the next. A store that can be compacted is, now and then. The result is what each program left behind, with
// all that nobody has cleaned up, and how many entries were over, in part or whole, and left out by compacting.
func RunTTLPrograms(t *testing.T, programs int, on ...backends.Backend) (left [][]string, leftOut int) {
	const promise = "State with a TTL shows, on all backends alike, what plain Go values with times would."
	for seed := range uint64(programs) {
		var checks []*check
		for i := range on {
			b := on[(int(seed)+i)%len(on)]
			checks = append(checks, &check{open: func(o backends.Options) (backends.Store, error) {
				o.Dir = t.TempDir()
				return b.Open(o)
			}})
		}
		run := clause{promise: promise, check: func(*check) {
			p := newTTLProgram(checks[0], seed)
			p.run(checks)
			left, leftOut = append(left, p.left), leftOut+p.leftOut
		}}.run(nil)
		for _, c := range checks {
			run = append(run, clause{promise: promise, check: func(*check) {}}.on(c)...)
		}
		for _, e := range run {
			t.Errorf("program %d: %s", seed, e)
		}
	}
	return left, leftOut
}

// An aged value is one with the time of its last write.
type aged[V any] struct {
	at int64
	v  V
}

// ttlModel is the state of mortals in plain Go.
type ttlModel struct {
	value  map[[2]uint64]aged[uint64]
	shared map[uint64]aged[string]
	list   map[uint64][]aged[string]
	pairs  map[[2]uint64][]aged[uint64]
	sets   map[uint64]map[string]aged[uint64]
}

// ttlProgram is a job, what it should hold, and the choices that drive both.
type ttlProgram struct {
	*mortals
	m    ttlModel
	r    *rand.Rand
	ttl  tables.TTL
	time int64

	leftOut int      // by compactions
	left    []string // at the end
}

func newTTLProgram(c *check, seed uint64) *ttlProgram {
	ttl := lasting()
	ttl.Update = tables.Update(seed & 1)
	ttl.Visible = tables.Visible(seed >> 1 & 1)
	ttl.Cleanup.FullSnapshot = seed%3 == 0
	ttl.Cleanup.NoBackground = seed&4 == 0
	p := &ttlProgram{mortals: c.mortals(ttl), r: rand.New(rand.NewPCG(seed, 2)), ttl: ttl, time: -3000}
	p.m = ttlModel{map[[2]uint64]aged[uint64]{}, map[uint64]aged[string]{}, map[uint64][]aged[string]{}, map[[2]uint64][]aged[uint64]{}, map[uint64]map[string]aged[uint64]{}}
	return p
}

// run begins on the first of these, where the program was made, and goes on to the next at every restore.
func (p *ttlProgram) run(on []*check) {
	var pinned backends.Snapshot
	var want []string
	var taken int64
	for step := range 90 {
		p.step(1 + p.r.IntN(100))
		if step%20 == 5 {
			p.compact()
		}
		switch step {
		case 20, 60:
			pinned, want, taken = p.snapshot(), p.holds(p.time), p.time
		case 30, 70:
			p.same("the snapshot that was taken 10 batches ago", p.seen(p.entries(pinned), taken), want)
			pinned.Close()
		case 40, 75, 80:
			es := p.now()
			p.same("a snapshot", p.seen(es, p.time), p.holds(p.time))
			p.must("close", p.Store.Close())
			on = append(on[1:], on[0])
			p.mortals = on[0].mortals(p.ttl)
			p.restore(es)
			if p.ttl.Cleanup.FullSnapshot {
				p.forget()
			}
		}
	}
	last := p.now()
	p.left = lines(last)
	p.same("the last snapshot", p.seen(last, p.time), p.holds(p.time))
}

// compact compacts a store that can be. That changes nothing that is not over.
func (p *ttlProgram) compact() {
	if _, ok := p.Store.(interface{ Compact() error }); !ok {
		return
	}
	before := p.now()
	compact(p.check, p.Store)
	after := p.now()
	p.same("a snapshot behind a compaction", p.seen(after, p.time), p.seen(before, p.time))
	stayed := map[string]bool{}
	for _, l := range lines(after) {
		stayed[l] = true
	}
	for _, l := range lines(before) {
		if !stayed[l] {
			p.leftOut++
		}
	}
}

// step runs one batch at a later time, or at the same.
func (p *ttlProgram) step(n int) {
	p.time += []int64{0, 1, 100, 250, 400, 999}[p.r.IntN(6)]
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = p.r.Uint64N(60)
	}
	p.at(p.time, keys, func(i int) {
		switch k := keys[i]; p.r.IntN(5) {
		case 0:
			p.aValue(k)
		case 1:
			p.aShared(k)
		case 2:
			p.aList(k)
		case 3:
			p.aPair(k)
		case 4:
			p.aSet(k)
		}
	})
}

func (p *ttlProgram) over(at int64) bool { return at+life <= p.time }

// read is what reading one value shows: whether it may be seen, whether it may be gone already, and whether it is still there afterwards.
func (p *ttlProgram) read(at *int64) (seen, perhaps, stays bool) {
	if p.over(*at) {
		return p.ttl.Visible == tables.ReturnExpiredIfNotCleanedUp, !p.ttl.Cleanup.NoBackground, false
	}
	if p.ttl.Update == tables.OnReadAndWrite {
		*at = p.time
	}
	return true, false, true
}

// readOne reads the value of k in a map of the model, and holds what was got against it.
func readOne[K comparable, V comparable](p *ttlProgram, what string, m map[K]aged[V], k K, got V, ok bool) {
	a, has := m[k]
	seen, perhaps, stays := has, false, has
	if has {
		seen, perhaps, stays = p.read(&a.at)
	}
	if delete(m, k); stays {
		m[k] = a
	}
	if ok && (!seen || got != a.v) || !ok && seen && !perhaps {
		p.fatalf("at %d %s of %v = %v, %v; the model has %v of time %d: %v", p.time, what, k, got, ok, a.v, a.at, has)
	}
}

// readAll is readOne for a list.
func readAll[K comparable, V any](p *ttlProgram, what string, m map[K][]aged[V], k K, got []string) {
	var must, may, kept []string
	var left []aged[V]
	for _, a := range m[k] {
		seen, perhaps, stays := p.read(&a.at)
		if stays {
			left = append(left, a)
			kept = append(kept, fmt.Sprint(a.v))
		}
		if seen {
			may = append(may, fmt.Sprint(a.v))
		}
		if seen && !perhaps {
			must = append(must, fmt.Sprint(a.v))
		}
	}
	if delete(m, k); len(left) > 0 {
		m[k] = left
	}
	// What may be gone is in front.
	if len(got) < len(must) || len(got) > len(may) || !slices.Equal(got, may[len(may)-len(got):]) || !slices.Equal(kept, got[len(got)-len(kept):]) {
		p.fatalf("at %d %s of %v = %v, want %v, or the end of it from %v on", p.time, what, k, got, may, must)
	}
}

func (p *ttlProgram) aValue(k uint64) {
	at := [2]uint64{k, p.r.Uint64N(2)}
	switch p.r.IntN(5) {
	case 0:
		p.value.Clear(at[1])
		delete(p.m.value, at)
	case 1, 2:
		v := p.r.Uint64N(100)
		p.value.Set(at[1], v)
		p.m.value[at] = aged[uint64]{p.time, v}
	default:
		v, ok := p.value.Get(at[1])
		readOne(p, "the value", p.m.value, at, v, ok)
	}
}

func (p *ttlProgram) aShared(k uint64) {
	v, ok := p.shared.Get(void{})
	readOne(p, "the shared value", p.m.shared, k, fmt.Sprint(v), ok)
	if len(v) > 5 {
		p.shared.Clear(void{})
		delete(p.m.shared, k)
		return
	}
	if p.r.IntN(2) == 0 {
		return
	}
	if len(v) > 0 {
		v[0] = 9 - v[0] // in place, and Set follows
	}
	v = append(v, p.r.Uint64N(10))
	p.m.shared[k] = aged[string]{p.time, fmt.Sprint(v)}
	p.shared.Set(void{}, v)
}

func (p *ttlProgram) aList(k uint64) {
	x := strings.Repeat("x", p.r.IntN(4)) + fmt.Sprint(p.r.IntN(9))
	added := []aged[string]{{p.time, x}}
	switch p.r.IntN(9) {
	case 0:
		p.list.Clear(void{})
		delete(p.m.list, k)
	case 1:
		p.list.Set(void{}, []string{x})
		p.m.list[k] = added
	case 2, 3:
		p.list.Add(void{}, x)
		p.m.list[k] = append(p.m.list[k], added...)
	case 4:
		p.list.AddAll(void{}, []string{x, x})
		p.m.list[k] = append(append(p.m.list[k], added...), added...)
	default:
		readAll(p, "the list", p.m.list, k, listed(p.list, void{}))
	}
}

func (p *ttlProgram) aPair(k uint64) {
	at, x := [2]uint64{k, p.r.Uint64N(2)}, p.r.Uint64N(100)
	if p.r.IntN(3) > 0 {
		p.pairs.Add(at[1], x)
		p.m.pairs[at] = append(p.m.pairs[at], aged[uint64]{p.time, x})
		return
	}
	readAll(p, "the list of pairs", p.m.pairs, at, listed(p.pairs, at[1]))
}

func (p *ttlProgram) aSet(k uint64) {
	u, x := fmt.Sprint(p.r.IntN(8)), p.r.Uint64N(1000)
	set := p.m.sets[k]
	if set == nil {
		set = map[string]aged[uint64]{}
		p.m.sets[k] = set
	}
	switch op := p.r.IntN(12); {
	case op < 5:
		p.sets.Set(void{}, u, x)
		set[u] = aged[uint64]{p.time, x}
	case op < 8:
		v, ok := p.sets.Get(void{}, u)
		readOne(p, "entry "+u, set, u, v, ok)
	case op == 8:
		p.sets.Remove(void{}, u)
		delete(set, u)
	case op < 11:
		got := map[string]uint64{}
		p.sets.Each(void{}, func(u string, v uint64) bool { got[u] = v; return true })
		for u := range got {
			if _, has := set[u]; !has {
				p.fatalf("at %d Each of %d yields %s, which the model has not", p.time, k, u)
			}
		}
		for _, u := range keysOf(set) {
			v, ok := got[u]
			readOne(p, "yielded entry "+u, set, u, v, ok)
		}
	default:
		p.sets.Clear(void{})
		delete(p.m.sets, k)
	}
}

func keysOf[V any](m map[string]V) (all []string) {
	for u := range m {
		all = append(all, u)
	}
	return sorted(all)
}

// holds is what a snapshot of the model at a time has, written as the contract says. Where it may be gone, what is over is left out.
func (p *ttlProgram) holds(now int64) (all []string) {
	some := p.ttl.Cleanup.FullSnapshot || !p.ttl.Cleanup.NoBackground
	mark := func(key uint64) uint16 {
		dst := make([]backends.Key[uint64], 1)
		p.Codec.Mark(dst, []uint64{key})
		return dst[0].Group
	}
	add := func(state string, key uint64, k string, elements ...string) {
		if v := strings.Join(elements, ""); v != "" {
			all = append(all, fmt.Sprintf("group %d %s %016x%s=%s", mark(key), state, key, k, v))
		}
	}
	bytes := func(at int64, format string, v any) string {
		if some && at+life <= now {
			return ""
		}
		return fmt.Sprintf(strings.Replace(format, "TIME", fmt.Sprintf("%016x", uint64(at)), 1), v)
	}
	for k, a := range p.m.value {
		add("ttl-value", k[0], fmt.Sprintf("%016x", k[1]), bytes(a.at, "TIME%016x", a.v))
	}
	for k, a := range p.m.shared {
		words := ""
		for _, w := range strings.Fields(strings.Trim(a.v, "[]")) {
			words += fmt.Sprintf("%016s", w) // all are below ten
		}
		add("ttl-shared", k, "", bytes(a.at, "TIME%s", words))
	}
	for k, list := range p.m.list {
		var vs []string
		for _, a := range list {
			vs = append(vs, bytes(a.at, fmt.Sprintf("%02xTIME", len(a.v)+8)+"%x", a.v))
		}
		add("ttl-list", k, "", vs...)
	}
	for k, list := range p.m.pairs {
		var vs []string
		for _, a := range list {
			vs = append(vs, bytes(a.at, "TIME%016x", a.v))
		}
		add("ttl-pairs", k[0], fmt.Sprintf("%016x", k[1]), vs...)
	}
	for k, set := range p.m.sets {
		for u, a := range set {
			add("ttl-sets", k, fmt.Sprintf("%x", u), bytes(a.at, "TIME%016x", a.v))
		}
	}
	return sorted(all)
}

// seen are entries as lines, to be held against the model. Where the store may have cleaned up, what is over counts for nothing.
func (p *ttlProgram) seen(es []backends.Entry, now int64) []string {
	if p.ttl.Cleanup.NoBackground {
		return lines(es)
	}
	var some []backends.Entry
	for _, e := range es {
		x := backends.Expiry{LifeUs: life, List: e.State == "ttl-list" || e.State == "ttl-pairs", Width: -1}
		if e.State == "ttl-pairs" {
			x.Width = 16
		}
		if v, ok := x.Alive(slices.Clone(e.Value), now); ok {
			e.Value = v
			some = append(some, e)
		}
	}
	return lines(some)
}

// forget takes from the model what a snapshot left out.
func (p *ttlProgram) forget() {
	over := func(at int64) bool { return at+life <= p.time }
	maps.DeleteFunc(p.m.value, func(_ [2]uint64, a aged[uint64]) bool { return over(a.at) })
	maps.DeleteFunc(p.m.shared, func(_ uint64, a aged[string]) bool { return over(a.at) })
	for k, l := range p.m.list {
		p.m.list[k] = slices.DeleteFunc(l, func(a aged[string]) bool { return over(a.at) })
	}
	for k, l := range p.m.pairs {
		p.m.pairs[k] = slices.DeleteFunc(l, func(a aged[uint64]) bool { return over(a.at) })
	}
	for _, set := range p.m.sets {
		maps.DeleteFunc(set, func(_ string, a aged[uint64]) bool { return over(a.at) })
	}
}
