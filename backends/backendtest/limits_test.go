package backendtest

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
)

// Every clause about limits is failed by a store without any, and by one that looks where it should not, and by none that has them.
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
		looks := onTable("log", func(t log) log { return looksAtAdd{t, most} })(limited)
		if errs := c.run(looks.Open); len(errs) == 0 {
			t.Errorf("the clause %s passes where Add looks at the whole list", c.name)
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
