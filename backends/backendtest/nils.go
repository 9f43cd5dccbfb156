package backendtest

import (
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

func nilClauses() []clause {
	return []clause{
		{"nil-is-no-element", "A nil element panics with a *backends.UsageError, and the list stays as it was.", nilIsNoElement},
		{"nil-clears", "To set a value to nil is to clear it.", nilClears},
		{"nil-in-a-map", "A map holds nil as it holds any value: for Get, for Each, in snapshots and after a restore.", nilInAMap},
	}
}

// pointers is the codec of a *uint64.
type pointers struct{ tables.Uint64 }

func (pointers) Append(b []byte, v *uint64) []byte { return tables.Uint64{}.Append(b, *v) }
func (pointers) Decode(b []byte) (*uint64, error) {
	v, err := tables.Uint64{}.Decode(b)
	return &v, err
}
func (pointers) Shares() bool           { return true }
func (pointers) Copy(v *uint64) *uint64 { w := *v; return &w }

func nilIsNoElement(c *check) {
	j := c.job()
	l, err := tables.OpenList(j.Scope, "pointers", tables.None{}, backends.Codec[*uint64](pointers{}))
	c.opened(err)
	one := uint64(1)
	j.on(1, func() { l.Add(void{}, &one) })
	for name, give := range map[string]func(){
		"Add":    func() { l.Add(void{}, nil) },
		"AddAll": func() { l.AddAll(void{}, []*uint64{&one, nil}) },
		"Set":    func() { l.Set(void{}, []*uint64{nil}) },
	} {
		j.on(1, func() { c.wantUsage(name+"(nil)", panicOf(give)) })
	}
	n := 0
	j.on(1, func() { l.Each(void{}, func(v *uint64) bool { n++; return true }) })
	if n != 1 {
		c.errorf("the list has %d elements, want 1", n)
	}
}

func nilClears(c *check) {
	for name, ttl := range map[string]tables.TTL{"value": {}, "value with a TTL": {Life: time.Hour}} {
		j := c.job()
		v, err := tables.OpenValueTTL(j.Scope, "pointer", tables.None{}, backends.Codec[*uint64](pointers{}), ttl)
		c.opened(err)
		one := uint64(1)
		gone := func() {
			if x, ok := v.Get(void{}); ok || x != nil {
				c.errorf("a %s that was set to nil is %v, %v, want nothing", name, x, ok)
			}
		}
		j.on(1, func() { v.Set(void{}, &one); v.Set(void{}, nil); gone() })
		j.on(2, func() { v.Set(void{}, &one) })
		j.on(2, func() { v.Set(void{}, nil); gone() })
		j.on(2, gone)
		if es := j.now(); len(es) != 0 {
			c.errorf("a snapshot has %s, want nothing", line(&es[0]))
		}
	}
}

func nilInAMap(c *check) {
	open := func(ttl tables.TTL) (*job, tables.Map[void, uint64, *uint64]) {
		j := c.job()
		m, err := tables.OpenMapTTL(j.Scope, "nils", tables.None{}, tables.Uint64{}, backends.Codec[*uint64](pointers{}), ttl)
		c.opened(err)
		return j, m
	}
	for name, ttl := range map[string]tables.TTL{"map": {}, "map with a TTL": {Life: time.Hour}} {
		j, m := open(ttl)
		look := func(m tables.Map[void, uint64, *uint64]) func() {
			return func() {
				if x, ok := m.Get(void{}, 1); x != nil || !ok {
					c.errorf("a nil of a %s is %v, %v, want nil, true", name, x, ok)
				}
				nils, others := 0, 0
				m.Each(void{}, func(_ uint64, x *uint64) bool {
					if x == nil {
						nils++
					} else if others++; *x != 2 {
						c.errorf("a %s yields %d, want 2", name, *x)
					}
					return true
				})
				if nils != 1 || others != 1 {
					c.errorf("a %s yields %d nils and %d others, want one of each", name, nils, others)
				}
			}
		}
		two := uint64(2)
		j.on(1, func() { m.Set(void{}, 1, nil); m.Set(void{}, 2, &two); look(m)() })
		j.on(1, look(m))
		k, restored := open(ttl)
		k.restore(j.now())
		k.on(1, look(restored))
	}
}
