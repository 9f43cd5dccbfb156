package faulttest

import (
	"testing"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
)

func TestAllFaultsPass(t *testing.T) {
	for _, f := range faults.All() {
		t.Run(f.Name, func(t *testing.T) { Run(t, f) })
	}
}

// deaf is an injector with one thing wrong.
type deaf struct {
	injector
	point  func(engine.Point) engine.Point
	ckpt   func(int64) int64
	role   func(engine.Role) engine.Role
	strike func(engine.Strike, bool) (engine.Strike, bool)
	hits   func(map[engine.Point]int64)
	cuts   func([]int64) []int64
	alarm  func(int64) int64
}

func (d deaf) Noted(m *engine.Moment, n engine.Note) (engine.Strike, bool) {
	x := *m
	if d.point != nil {
		n.Point = d.point(n.Point)
	}
	if d.ckpt != nil {
		n.Ckpt = d.ckpt(n.Ckpt)
	}
	if d.role != nil {
		x.Role = d.role(x.Role)
	}
	k, ok := d.injector.Noted(&x, n)
	if d.strike != nil {
		return d.strike(k, ok)
	}
	return k, ok
}

func (d deaf) Hits() map[engine.Point]int64 {
	h := d.injector.Hits()
	if d.hits != nil {
		d.hits(h)
	}
	return h
}

func (d deaf) Cuts(part int) []int64 {
	if d.cuts != nil {
		return d.cuts(d.injector.Cuts(part))
	}
	return d.injector.Cuts(part)
}

func (d deaf) Alarm() int64 {
	if d.alarm != nil {
		return d.alarm(d.injector.Alarm())
	}
	return d.injector.Alarm()
}

// Every clause has a fault, or an injector, that breaks it.
func TestEveryClauseCanFail(t *testing.T) {
	kill, fail := faults.All()[0], faults.All()[2]
	with := func(f faults.Fault, change func(*faults.Fault)) subject { change(&f); return subject{f, fresh} }
	over := func(f faults.Fault, d deaf) subject {
		return subject{f, func(f faults.Fault, s faults.Spec, parts []int64, chance func(int) int) (injector, error) {
			x, err := fresh(f, s, parts, chance)
			d := d
			d.injector = x
			return d, err
		}}
	}
	harmless := func(f *faults.Fault) { f.Fate = func(*faults.Spec) engine.Fate { return engine.Fate{} } }
	refusing := func(f *faults.Fault) {
		f.Check = func(*faults.Spec) error { return &faults.FieldError{Field: "do", What: "never"} }
	}
	calls := 0
	broken := map[string][]subject{
		"described": {
			with(kill, func(f *faults.Fault) { f.Doc = "" }),
			with(kill, func(f *faults.Fault) { f.Name = "Kill It" }),
			with(kill, func(f *faults.Fault) { f.Where = []string{"place"} }),
			with(kill, func(f *faults.Fault) { f.Fate = fail.Fate }),
		},
		"has-an-effect": {
			with(kill, func(f *faults.Fault) { f.Strike = func(*faults.Spec) engine.Strike { return engine.Strike{} } }),
			with(fail, harmless),
			with(kill, func(f *faults.Fault) {
				f.Strike = func(s *faults.Spec) engine.Strike { s.Checkpoint++; return engine.Strike{Do: engine.Kill} }
			}),
		},
		"strikes-at-its-point": {
			with(fail, harmless),
			with(kill, refusing),
			over(kill, deaf{ckpt: func(int64) int64 { return 1 }}),
			over(kill, deaf{role: func(r engine.Role) engine.Role { r.Index = 0; return r }}),
			over(kill, deaf{hits: func(h map[engine.Point]int64) { h[engine.AtSynced]-- }}),
			over(kill, deaf{strike: func(engine.Strike, bool) (engine.Strike, bool) { return engine.Strike{}, false }}),
			over(kill, deaf{strike: func(k engine.Strike, _ bool) (engine.Strike, bool) { return k, true }}),
		},
		"strikes-nowhere-else": {
			over(kill, deaf{ckpt: func(c int64) int64 { return c + 1 }}),
			over(kill, deaf{role: func(r engine.Role) engine.Role { r.Index = 2; return r }}),
			over(kill, deaf{strike: func(k engine.Strike, _ bool) (engine.Strike, bool) { return k, true }}),
		},
		"strikes-after-records": {
			with(fail, harmless),
			with(kill, refusing),
			over(kill, deaf{cuts: func(c []int64) []int64 { return nil }}),
			over(kill, deaf{role: func(r engine.Role) engine.Role { r.Index = 0; return r }}),
			over(kill, deaf{point: func(engine.Point) engine.Point { return engine.AtBarrier }}),
		},
		"strikes-by-the-clock": {
			with(kill, func(f *faults.Fault) {
				f.Strike = func(*faults.Spec) engine.Strike { return engine.Strike{Do: engine.Kill} }
			}),
			with(fail, harmless),
			over(kill, deaf{alarm: func(int64) int64 { return 0 }}),
			over(kill, deaf{alarm: func(at int64) int64 { return at + 100 }}),
		},
		"strikes-operations": {
			with(fail, harmless),
			with(fail, func(f *faults.Fault) {
				f.Fate = func(s *faults.Spec) engine.Fate {
					if calls++; calls%2 == 0 {
						return engine.Fate{}
					}
					return fail.Fate(s)
				}
			}),
		},
		"prints-itself": {
			with(kill, func(f *faults.Fault) { f.Name = "kill,it" }),
			with(kill, refusing),
		},
	}
	for _, c := range clauses() {
		if len(broken[c.name]) == 0 {
			t.Errorf("nothing breaks %s", c.name)
		}
		for i, s := range broken[c.name] {
			if err := c.check(s); err == nil {
				t.Errorf("%s: the broken one %d passes", c.name, i)
			}
		}
	}
}
