package backendtest

import (
	"cmp"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
)

// Every clause about limits is failed by a store without any, and by those that look where they should not, and by none that has them.
func TestMutantsOfLimits(t *testing.T) {
	const most = 1 << 20
	limited := pebble.Backend{InMemory: true, KV: kv.Options{BytesMax: most}}
	for _, c := range limitClauses(most) {
		for _, e := range c.run(limited.Open) {
			t.Errorf("no mutant: %s: %s", c.name, e)
		}
		for name, b := range map[string]backends.Backend{"heap": heap.Backend{}, "pebble": pebble.Backend{InMemory: true}} {
			if errs := c.run(b.Open); len(errs) == 0 {
				t.Errorf("the clause %s passes on %s without a limit", c.name, name)
			}
		}
		if c.name != "limit-of-a-list" {
			continue
		}
		for where, plant := range map[string]func(backends.Backend) backends.Backend{
			"Add looks at the whole list": onTable("log", func(t log) log { return looksAtAdd{t, most} }),
			"a snapshot looks at it": onSnapshot(func(s *mutantSnapshot, group int, yield walk) error {
				return s.Snapshot.Each(group, func(e *backends.Entry) error { return cmp.Or(longer(e, most), yield(e)) })
			}),
			"a restore looks at it": onRestore(func(s *mutant, e *backends.Entry) error { return cmp.Or(longer(e, most), s.Store.Restore(e)) }),
		} {
			if errs := c.run(plant(limited).Open); len(errs) == 0 {
				t.Errorf("the clause %s passes where %s", c.name, where)
			}
		}
	}
}

type looksAtAdd struct {
	log
	most int
}

func (t looksAtAdd) Add(n void, v string) {
	size := len(v)
	t.log.Each(n, func(v string) bool { size += len(v); return true })
	if size > t.most {
		panic(&backends.UsageError{What: "a list over the limit"})
	}
	t.log.Add(n, v)
}

func longer(e *backends.Entry, most int) error {
	if len(e.Value) > most {
		return &backends.UsageError{State: e.State, What: "a list over the limit"}
	}
	return nil
}
