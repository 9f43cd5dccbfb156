package weir

import (
	"os"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/workloads"
)

// testCatalog is what cmd/weir has, without the scenarios.
func testCatalog() Catalog {
	yes := func(label string) func() Status {
		return func() Status { return Status{Available: true, Label: label} }
	}
	return Catalog{
		Workloads: workloads.All(), Faults: faults.All(), Checks: linearizability.Checks(),
		Backends: []Backend{
			{Name: "heap", Aliases: []string{"hashmap"}, Status: yes("heap"), Open: func(BackendOptions) (backends.Backend, error) { return heap.Backend{}, nil }},
			{Name: "pebble", Status: yes("Pebble"), Open: func(o BackendOptions) (backends.Backend, error) {
				return pebble.Backend{KV: kv.Options{Keep: o.Keep}, InMemory: o.InMemory}, nil
			}},
			{Name: "rocksdb", Status: yes("RocksDB"), Open: func(o BackendOptions) (backends.Backend, error) {
				return rocksdb.Backend{KV: kv.Options{Keep: o.Keep}, InMemory: o.InMemory}, nil
			}},
		},
	}
}

// testBackends are those that this build has.
func testBackends() []string {
	if rocksdb.Compiled {
		return []string{"heap", "pebble", "rocksdb"}
	}
	return []string{"heap", "pebble"}
}

// scale is how many of something a test does: few in make test, all in make nightly.
func scale(few, all int) int {
	if os.Getenv("WEIR_NIGHTLY") != "" {
		return all
	}
	return few
}

// Every scenario that runs by its name is a plan.
func TestBuiltInScenarios(t *testing.T) {
	all := workloads.Scenarios()
	if len(all) < 4 {
		t.Errorf("%d scenarios are embedded, want at least demo, broken, flights and count", len(all))
	}
	for _, s := range all {
		parsed, err := Parse(s.Name, s.YAML, testCatalog(), nil)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if strings.Contains(string(s.YAML), "\nsizes:") {
			for _, size := range []string{"small", "full"} {
				if _, err := Parse(s.Name, s.YAML, testCatalog(), []string{"size=" + size}); err != nil {
					t.Errorf("size %s: %v", size, err)
				}
			}
		}
		p, err := parsed.Plan(testCatalog(), PlanOptions{})
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		if len(p.Cells) == 0 || p.Scenario != s.Name {
			t.Errorf("%s: %d cells, and it calls itself %q", s.Name, len(p.Cells), p.Scenario)
		}
	}
}
