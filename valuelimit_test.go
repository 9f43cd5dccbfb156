package weir

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A list that is added to passes the limit of a value, since nothing is read; the next look into it fails, on every backend over bytes. The
// heap has no limit. That a limit was emulated is in the results.
func TestValueLimit(t *testing.T) {
	src := fmt.Sprintf(`
name: value-limit
matrix: {state.backend.type: [%s]}
config: {execution.checkpointing.interval: none, restart-strategy: none, parallelism.default: 1}
workload: {type: list-append, records: 2k, keys: 4, element_size: 64k, length: 24, reads: 0.1}
run: {repetitions: 1, value_limit: 1 MiB}
`, strings.Join(testBackends(), ", "))
	r := ran(t, testCatalog(), src, RunOptions{}, asIs)
	for _, c := range r.Cells {
		if c.Backend == "heap" {
			if c.Verdict != "pass" {
				t.Errorf("heap: %s, want a pass", c.Verdict)
			}
			continue
		}
		said := ""
		for _, x := range c.Checks {
			said += x.Reason + "\n"
		}
		key, size, most := 0, 0, 0
		_, from, _ := strings.Cut(said, "access to state elements of key ")
		if n, _ := fmt.Sscanf(from, "%d: a value of %d bytes, more than the limit of %d", &key, &size, &most); c.Verdict != "fail" || n != 3 || key > 3 || most != 1<<20 || size <= most {
			t.Errorf("%s: %s, with\n%swant a fail: the list of one of four keys of the state elements that is longer than 1 MiB", c.Backend, c.Verdict, said)
		}
	}
	if !slices.Contains(r.Config, Setting{Key: "run.value_limit", Value: "1 MiB", From: "test.yaml:6"}) || !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "at 1 MiB, backends over bytes emulate") }) {
		t.Errorf("the results have the settings %v and the warnings %q, want run.value_limit in both", r.Config, r.Warnings)
	}
}

// Without the key, and at Flink's own limit, a backend keeps the limit that it has.
func TestValueLimitOfFlink(t *testing.T) {
	for _, run := range []string{"{}", "{value_limit: 2147483647 B}"} {
		p := planOf(t, "config: {state.backend.type: pebble}\nworkload: {type: count}\nrun: "+run+"\n", nil, PlanOptions{})
		for _, c := range p.Cells {
			if c.BytesMax != 0 {
				t.Errorf("run: %s: a limit of %d bytes, want the backend's own", run, c.BytesMax)
			}
		}
	}
}
