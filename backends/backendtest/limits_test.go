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
		for where, plant := range limitMutants(most)[c.name] {
			if errs := c.run(plant(limited).Open); len(errs) == 0 {
				t.Errorf("the clause %s passes where %s", c.name, where)
			}
		}
	}
}

// limitMutants are the plants that each clause must fail on, by their names.
func limitMutants(most int) map[string]map[string]func(backends.Backend) backends.Backend {
	return map[string]map[string]func(backends.Backend) backends.Backend{
		"limit-of-a-key": {
			"it is lost without a word":   onTable("sets", func(t sets) sets { return losesLongKeys{t, most} }),
			"nobody is told whose it was": onTable("sets", func(t sets) sets { return namesNoKey{t} }),
		},
		"limit-of-a-list": {
			"Add looks at the whole list": onTable("log", func(t log) log { return looksAtAdd{t, most} }),
			"a snapshot looks at it": onSnapshot(func(s *mutantSnapshot, group int, yield walk) error {
				return s.Snapshot.Each(group, func(e *backends.Entry) error { return cmp.Or(longer(e, most), yield(e)) })
			}),
			"a restore looks at it": onRestore(func(s *mutant, e *backends.Entry) error { return cmp.Or(longer(e, most), s.Store.Restore(e)) }),
		},
	}
}

type losesLongKeys struct {
	sets
	most int
}

func (t losesLongKeys) Set(n void, u string, v uint64) {
	if len(u) < t.most {
		t.sets.Set(n, u, v)
	}
}

type namesNoKey struct{ sets }

func (t namesNoKey) Set(n void, u string, v uint64) {
	defer func() {
		if p := recover(); p != nil {
			panic(&backends.UsageError{State: "sets", What: "too long"})
		}
	}()
	t.sets.Set(n, u, v)
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
