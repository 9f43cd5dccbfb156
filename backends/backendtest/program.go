package backendtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/weirbench/weir/backends"
)

func programClauses() []clause {
	return []clause{
		{"random-program", "A random program of all operations sees what plain Go values would show it, over batches, snapshots and restores.", randomProgram},
	}
}

func randomProgram(c *check) {
	for seed := range uint64(3) {
		runProgram(c, seed)
	}
}

// model is the state of a job in plain Go.
type model struct {
	count  map[uint64]uint64
	list   map[uint64][]uint64
	window map[[2]uint64]uint64
	sets   map[uint64]map[string]uint64
	timers map[timer]bool
	log    map[uint64][]string
}

type timer struct {
	at      int64
	key, ns uint64
}

func newModel() *model {
	return &model{map[uint64]uint64{}, map[uint64][]uint64{}, map[[2]uint64]uint64{}, map[uint64]map[string]uint64{}, map[timer]bool{}, map[uint64][]string{}}
}

// entries are what a snapshot of the model has, written as the contract says.
func (m *model) entries(mark func(uint64) backends.Key[uint64]) (all []string) {
	add := func(state string, key uint64, k, v string) {
		all = append(all, fmt.Sprintf("group %d %s %s=%s", mark(key).Group, state, k, v))
	}
	for k, v := range m.count {
		add("count", k, fmt.Sprintf("%016x", k), fmt.Sprintf("%016x", v))
	}
	for k, vs := range m.list {
		all := ""
		for _, v := range vs {
			all += fmt.Sprintf("%016x", v)
		}
		add("list", k, fmt.Sprintf("%016x", k), all)
	}
	for k, v := range m.window {
		add("window", k[0], fmt.Sprintf("%016x%016x", k[0], k[1]), fmt.Sprintf("%016x", v))
	}
	for k, set := range m.sets {
		for u, v := range set {
			add("sets", k, fmt.Sprintf("%016x%x", k, u), fmt.Sprintf("%016x", v))
		}
	}
	for k, vs := range m.log {
		all := ""
		for _, v := range vs {
			all += fmt.Sprintf("%02x%x", len(v), v)
		}
		add("log", k, fmt.Sprintf("%016x", k), all)
	}
	for t := range m.timers {
		add("timers", t.key, fmt.Sprintf("%016x%016x%016x", uint64(t.at)^1<<63, t.key, t.ns), "")
	}
	return sorted(all)
}

// program is a job, what it should hold, and the choices that drive both.
type program struct {
	*job
	m *model
	r *rand.Rand
}

func runProgram(c *check, seed uint64) {
	p := &program{c.crowd(), newModel(), rand.New(rand.NewPCG(seed, 1))}
	mark := func(k uint64) backends.Key[uint64] {
		dst := make([]backends.Key[uint64], 1)
		p.Codec.Mark(dst, []uint64{k})
		return dst[0]
	}
	var pinned backends.Snapshot
	var want []string
	for step := range 60 {
		p.step(1 + p.r.IntN(300))
		switch step {
		case 20:
			pinned, want = p.snapshot(), p.m.entries(mark)
		case 30:
			c.same("the snapshot that was taken 10 batches ago", lines(c.entries(pinned)), want)
			pinned.Close()
		case 40:
			es := p.now()
			c.same("a snapshot", lines(es), p.m.entries(mark))
			c.must("close", p.Store.Close())
			p.job = c.crowd()
			p.restore(es)
		}
	}
	c.same("the last snapshot", lines(p.now()), p.m.entries(mark))
}

// step runs one batch.
func (p *program) step(n int) {
	keys := make([]uint64, n)
	for i := range keys {
		keys[i] = p.r.Uint64N(200)
	}
	p.batch(keys, func(i int) {
		if i == 0 {
			for i := range keys {
				if p.r.IntN(2) == 0 {
					p.window.Want(i, uint64(i%3))
					p.sets.Want(i, void{}, "3")
					p.log.Want(i, void{})
				}
			}
		}
		k := keys[i]
		switch p.r.IntN(6) {
		case 0:
			p.aCount(k)
		case 1:
			p.aList(k)
		case 2:
			p.aWindow(k)
		case 3:
			p.besides(func() { p.aSet(k) })
		case 4:
			p.besides(func() { p.aTimer(k) })
		case 5:
			p.besides(func() { p.aLog(k) })
		}
		if i == n-1 && p.r.IntN(4) == 0 {
			p.besides(p.fire)
		}
	})
}

func (p *program) sees(what string, key, got uint64, ok bool, want uint64, has bool) {
	if got != want || ok != has {
		p.fatalf("%s of key %d = %d, %v, want %d, %v", what, key, got, ok, want, has)
	}
}

func (p *program) aCount(k uint64) {
	if p.r.IntN(4) == 0 {
		p.count.Clear(void{})
		delete(p.m.count, k)
		return
	}
	v, ok := p.count.Get(void{})
	want, has := p.m.count[k]
	p.sees("count", k, v, ok, want, has)
	p.count.Set(void{}, v+1)
	p.m.count[k] = v + 1
}

func (p *program) aList(k uint64) {
	v, ok := p.list.Get(void{})
	want, has := p.m.list[k]
	if !slices.Equal(v, want) || ok != has {
		p.fatalf("list of key %d = %v, %v, want %v, %v", k, v, ok, want, has)
	}
	if len(v) > 20 {
		p.list.Clear(void{})
		delete(p.m.list, k)
		return
	}
	x := p.r.Uint64N(1000)
	if len(v) > 0 {
		v[0]++ // in place, and Set follows
	}
	p.list.Set(void{}, append(v, x))
	next := append(slices.Clone(want), x)
	if len(next) > 1 {
		next[0]++
	}
	p.m.list[k] = next
}

func (p *program) aWindow(k uint64) {
	ns := p.r.Uint64N(3)
	if p.r.IntN(4) == 0 {
		p.window.Clear(ns)
		delete(p.m.window, [2]uint64{k, ns})
		return
	}
	v, ok := p.window.Get(ns)
	want, has := p.m.window[[2]uint64{k, ns}]
	p.sees("window", k, v, ok, want, has)
	p.window.Set(ns, v+ns+1)
	p.m.window[[2]uint64{k, ns}] = v + ns + 1
}

func (p *program) aSet(k uint64) {
	u, x := fmt.Sprint(p.r.IntN(20)), p.r.Uint64N(1000)
	set := p.m.sets[k]
	switch op := p.r.IntN(14); {
	case op < 5:
		p.sets.Set(void{}, u, x)
		if set == nil {
			set = map[string]uint64{}
			p.m.sets[k] = set
		}
		set[u] = x
	case op < 8:
		v, ok := p.sets.Get(void{}, u)
		want, has := set[u]
		p.sees("set entry "+u, k, v, ok, want, has)
	case op < 10:
		p.sets.Remove(void{}, u)
		delete(set, u)
	case op < 13:
		var want []string
		for u, v := range set {
			want = append(want, fmt.Sprint(u, "=", v))
		}
		p.same("Each", sorted(p.each()), sorted(want))
	default:
		p.sets.Clear(void{})
		delete(p.m.sets, k)
	}
}

func (p *program) aLog(k uint64) {
	x := strings.Repeat("x", p.r.IntN(4)) + fmt.Sprint(p.r.IntN(9))
	switch op := p.r.IntN(12); {
	case op < 5:
		p.log.Add(void{}, x)
		p.m.log[k] = append(p.m.log[k], x)
	case op < 7:
		p.log.AddAll(void{}, []string{x, "", x}[:op-4])
		p.m.log[k] = append(p.m.log[k], []string{x, "", x}[:op-4]...)
	case op == 7:
		p.log.Set(void{}, []string{x, x})
		p.m.log[k] = []string{x, x}
	case op == 8:
		p.log.Clear(void{})
		delete(p.m.log, k)
	default:
		p.same("the log", listed(p.log, void{}), p.m.log[k])
	}
}

func (p *program) aTimer(k uint64) {
	ns := p.r.Uint64N(2)
	for range 6 {
		at := p.r.Int64N(1000) - 500
		if p.r.IntN(3) == 0 {
			p.timers.Delete(at, ns)
			delete(p.m.timers, timer{at, k, ns})
			continue
		}
		p.timers.Register(at, ns)
		p.m.timers[timer{at, k, ns}] = true
	}
}

// fire takes some timers, and sees that none was passed over.
func (p *program) fire() {
	until := p.r.Int64N(1000) - 500
	got := p.ties(p.timers.Pop(until, make([]backends.Timer[uint64, uint64], 0, 1+p.r.IntN(200))))
	last := until
	if len(got) > 0 {
		last = got[len(got)-1].At
	}
	var want []string
	for t := range p.m.timers {
		if t.at <= last {
			want = append(want, fired(t.at, t.key, t.ns))
			delete(p.m.timers, t)
		}
	}
	p.same("what fired", timersOf(got), sorted(want))
	earliest, any := int64(0), false
	for t := range p.m.timers {
		if !any || t.at < earliest {
			earliest, any = t.at, true
		}
	}
	if at, ok := p.timers.Head(); ok != any || at != earliest {
		p.fatalf("Head = %d, %v, want %d, %v", at, ok, earliest, any)
	}
}
