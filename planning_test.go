package weir

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/linearizability"
)

func TestPlan(t *testing.T) {
	p := planOf(t, good, nil, PlanOptions{Filter: ""})
	var names []string
	for _, c := range p.Cells {
		names = append(names, c.Name)
	}
	if got, want := strings.Join(names, ", "), "heap 100ms, pebble 100ms, pebble 400ms"; got != want {
		t.Errorf("cells %s, want %s", got, want)
	}
	var b bytes.Buffer
	if err := Explain(&b, p); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/explain.txt", b.String())
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > explainWidth {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// settingOf is "value (from)" of a cell.
func settingOf(c *Cell, key string) string {
	i := slices.IndexFunc(c.Settings, func(s Setting) bool { return s.Key == key })
	if i < 0 {
		return "not there"
	}
	return c.Settings[i].Value + " (" + c.Settings[i].From + ")"
}

func TestOrigins(t *testing.T) {
	p := planOf(t, good, []string{"restart-strategy.fixed-delay.delay=50ms", "config.state.checkpoints.num-retained=3", "workload.keys.count=10"}, PlanOptions{})
	for key, want := range map[string]string{
		"state.backend.type":                  "heap (matrix s.yaml:6)",
		"execution.checkpointing.interval":    "100 ms (matrix s.yaml:7)",
		"execution.checkpointing.timeout":     "1 min (s.yaml:16)",
		"execution.checkpointing.min-pause":   "0 ms (Flink 1.17 default)",
		"state.checkpoints.num-retained":      "3 (--set)",
		"restart-strategy.fixed-delay.delay":  "50 ms (--set)",
		"workload.keys":                       "10 (--set)",
		"workload.distribution":               "zipfian (s.yaml:23)",
		"workload.value_size":                 "128 (s.yaml:24)",
		"workload.records":                    "100000 (default)",
		"pipeline.max-parallelism":            "128 (Flink 1.17 default: -1)",
		"run.sources":                         "2 (default: as parallelism.default)",
		"taskmanager.memory.managed.size":     "64 MiB (s.yaml:17)",
		"restart-strategy.failure-rate.delay": "not there",
	} {
		if got := settingOf(&p.Cells[0], key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
	c := p.Cells[0]
	if c.Memory != 32<<20 || c.Params["keys"] != "10" || c.Retained != 3 || c.Restart.Delay != 50_000 || c.Restart.Attempts != 9 || c.Batch != 512 {
		t.Errorf("cell %+v", c)
	}
	if c.Mode != linearizability.AtLeastOnce || c.Readers != 2 || len(c.Faults) != 2 || c.Faults[0].Pos != "s.yaml:27:6" {
		t.Errorf("cell %+v", c)
	}
}

// Options are found under the names of every version of Flink.
func TestAliases(t *testing.T) {
	for _, c := range []struct{ config, key, want string }{
		{"state.backend: ROCKSDB", "state.backend.type", "rocksdb (s.yaml:2, as state.backend)"},
		{"execution.checkpointing.num-retained: 4", "state.checkpoints.num-retained", "4 (s.yaml:2, as execution.checkpointing.num-retained)"},
		{"restart-strategy.type: failurerate", "restart-strategy", "failure-rate (s.yaml:2, as restart-strategy.type)"},
		{"execution.checkpointing.incremental: False", "state.backend.incremental", "false (s.yaml:2, as execution.checkpointing.incremental)"},
		{"state.backend.rocksdb.timer-service.cache-size: 128", "state.backend.rocksdb.timer-service.cache-size", "128 (s.yaml:2)"},
		{"execution.checkpointing.interval: 1500", "execution.checkpointing.interval", "1500 ms (s.yaml:2)"},
		{"taskmanager.memory.managed.size: 1024", "taskmanager.memory.managed.size", "1 KiB (s.yaml:2)"},
	} {
		s, err := Parse("s.yaml", []byte("workload: {type: count}\nconfig: {"+c.config+"}\n"), planCatalog(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := settingOf(&s.cells[0], c.key); got != c.want {
			t.Errorf("%s: %s, want %s", c.config, got, c.want)
		}
	}
}

// What the heap makes no use of is said, and runs; a backend whose checkpoints could be incremental does not pass full ones off as such.
func TestWhatTheHeapIgnores(t *testing.T) {
	for _, c := range []struct{ config, want string }{
		{"state.backend.incremental: true", "s.yaml:2: state.backend.incremental has no effect on the heap, of which every checkpoint is full"},
		{"state.backend.incremental: false", ""},
		{"taskmanager.memory.managed.size: 64 mb", "s.yaml:2: taskmanager.memory.managed.size has no effect on the heap, where Flink would waste 64 MiB; set it to 0 there"},
		{"taskmanager.memory.managed.size: 0", ""},
		{"state.backend.type: pebble, taskmanager.memory.managed.size: 64 mb", ""},
	} {
		p := planOf(t, "workload: {type: count}\nconfig: {execution.checkpointing.interval: 1s, "+c.config+"}\n", nil, PlanOptions{})
		if got := strings.Join(p.Warnings, "\n"); got != c.want {
			t.Errorf("%s: warned of %q, want %q", c.config, got, c.want)
		}
	}
	const both = "workload: {type: count}\nmatrix: {state.backend.type: [hashmap, pebble]}\nconfig: {state.backend.incremental: true}\n"
	if _, err := Parse("s.yaml", []byte(both), planCatalog(), nil); err == nil || !strings.Contains(err.Error(), `state.backend.incremental: not implemented yet: "true" on pebble`) {
		t.Errorf("incremental checkpoints of pebble: %v, want them refused", err)
	}
}

func TestDefaultRestart(t *testing.T) {
	p := planOf(t, "workload: {type: count}\n", nil, PlanOptions{})
	if r := p.Cells[0].Restart; r.Strategy != "none" || p.Reps != defaultReps || len(p.Warnings) != 1 {
		t.Errorf("%+v, %d repetitions, %q; want none, %d, and a warning that there are no checkpoints", r, p.Reps, p.Warnings, defaultReps)
	}
	p = planOf(t, "workload: {type: count}\nconfig: {execution.checkpointing.interval: 1s, restart-strategy.fixed-delay.delay: 5 ms}\n", nil, PlanOptions{})
	if r := p.Cells[0].Restart; r.Strategy != "fixed-delay" || r.Attempts != foreverAttempts || r.Delay != 1e6 || len(p.Warnings) != 1 {
		t.Errorf("%+v, %q; want Flink's own choice, and a warning that its options have no effect", r, p.Warnings)
	}
}

func TestMaxParallelism(t *testing.T) {
	for parallelism, want := range map[int]int{1: 128, 85: 128, 86: 256, 100: 256, 128: 256, 30000: 32768} {
		if got := defaultMaxParallelism(parallelism); got != want {
			t.Errorf("parallelism %d: %d key groups, want %d", parallelism, got, want)
		}
	}
}

func TestSets(t *testing.T) {
	for _, c := range []struct {
		sets  []string
		cells string
	}{
		{nil, "heap 100ms, pebble 100ms, pebble 400ms"},
		{[]string{"state.backend.type=pebble"}, "100ms, 400ms"},
		{[]string{"state.backend=[heap]", "execution.checkpointing.interval=1s"}, "heap"},
		{[]string{"parallelism.default=[1, 2]", "execution.checkpointing.interval=1s"}, "heap parallelism=1, heap parallelism=2, pebble parallelism=1, pebble parallelism=2"},
		{[]string{"matrix.run.batch=[1, 2]", "exclude=[]", "matrix.execution.checkpointing.interval=100ms"}, "heap batch=1, heap batch=2, pebble batch=1, pebble batch=2"},
	} {
		p := planOf(t, good, c.sets, PlanOptions{})
		var names []string
		for _, cell := range p.Cells {
			names = append(names, cell.Name)
		}
		if got := strings.Join(names, ", "); got != c.cells {
			t.Errorf("%q: %s, want %s", c.sets, got, c.cells)
		}
	}
	p := planOf(t, good, []string{"run.seed=9", "faults=[]", "checks=exactly-once", "thresholds.recovery_time=[max < 1s, med < 500ms]", "workload.type=flights", "workload.keys=3"}[:4], PlanOptions{})
	if len(p.Cells[0].Faults) != 0 || len(p.Cells[0].Checks) != 1 || len(p.Thresholds) != 3 || p.Thresholds[2].Bound != .5 || p.Thresholds[1].Where != `--set "thresholds.recovery_time=[max < 1s, med < 500ms]"` {
		t.Errorf("%+v", p)
	}
}

// Of two sizes the last counts alone, as of two values of any key; and both are looked at.
func TestSizeGivenTwice(t *testing.T) {
	src := "workload: {type: count}\nmatrix: {state.backend: [heap]}\nsizes:\n  small: {workload.records: 10k, run.batch: 7, parallelism.default: 3}\n  full: {workload.records: 9M}\n"
	for _, c := range []struct {
		sets    []string
		records string
		batch   int
	}{
		{[]string{"size=small"}, "10k", 7},
		{[]string{"size=small", "size=full"}, "9M", 1024},
		{[]string{"size=full", "size=small"}, "10k", 7},
		{[]string{"size=small", "run.batch=9", "size=full"}, "9M", 9},
		{[]string{"size=full", "workload.records=5", "size=small"}, "10k", 7},
		{[]string{"size=small", "workload.records=5"}, "5", 7},
	} {
		cell := planOf(t, src, c.sets, PlanOptions{}).Cells[0]
		if cell.Params["records"] != c.records || cell.Batch != c.batch {
			t.Errorf("%q: %s records in batches of %d, want %s of %d", c.sets, cell.Params["records"], cell.Batch, c.records, c.batch)
		}
	}
	if _, err := Parse("s.yaml", []byte(src), planCatalog(), []string{"size=smal", "size=full"}); err == nil || !strings.Contains(err.Error(), `did you mean "small"?`) {
		t.Errorf("a size that there is not, before another: %v", err)
	}
}

func TestFilter(t *testing.T) {
	src := "workload: {type: count}\nmatrix: {state.backend: [heap, pebble], execution.checkpointing.interval: [100 ms, 1 s, none]}\n"
	for _, c := range []struct {
		filter string
		cells  int
	}{
		{"*", 6}, {"backend:pebble", 3}, {"backend:pebble interval:(100ms OR 1s)", 2}, {"-backend:heap AND interval:none", 1},
		{"backend:heap OR interval:1s", 4}, {"interval:/1.*/", 4}, {"(backend:heap interval:1s) OR (backend:pebble interval:none)", 2},
		{`state.backend.type:"heap"`, 3}, {"parallelism:1", 6}, {`cell:"heap 1s"`, 1}, {"distribution:uniform -interval:none", 4},
		{`cell:(/x:y/ OR "heap 1s")`, 1},
	} {
		if p := planOf(t, src, nil, PlanOptions{Filter: c.filter}); len(p.Cells) != c.cells {
			t.Errorf("%s: %d cells, want %d", c.filter, len(p.Cells), c.cells)
		}
	}
	s, err := Parse("s.yaml", []byte(src), planCatalog(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"bakend:heap", `--filter "bakend:heap": no cell has "bakend"; did you mean "backend"?`},
		{"backend:rocks", `--filter "backend:rocks" matches none of 6 cells; there is backend: heap pebble · interval: 100ms 1s none`},
		{"backend", `--filter "backend": expected key:value; want terms such as backend:pebble interval:(100ms OR 400ms)`},
		{"(backend:heap", `--filter "(backend:heap": missing ")"; want terms such as backend:pebble interval:(100ms OR 400ms)`},
		{"backend:heap)", `--filter "backend:heap)": unexpected ")"; want terms such as backend:pebble interval:(100ms OR 400ms)`},
		{"backend:(heap pebble)", `--filter "backend:(heap pebble)": value list must be separated by OR; want terms such as backend:pebble interval:(100ms OR 400ms)`},
		{"backend:/(/", `--filter "backend:/(/": missing close "/"; want terms such as backend:pebble interval:(100ms OR 400ms)`},
		{`cell:(/x:y/ OR "x:y") "bakend":heap`, `no cell has "bakend"; did you mean "backend"?`},
		{"colour:red", `no cell has "colour"; there is backend: heap pebble · interval: 100ms 1s none`},
		{strings.Repeat("(", 5000), "--filter of 5000 bytes; want at most 2000"},
	} {
		if _, err := s.Plan(planCatalog(), PlanOptions{Filter: c[0]}); err == nil || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%v, want %s", err, c[1])
		}
	}
}

func TestSkipped(t *testing.T) {
	src := "workload: {type: count}\nmatrix: {state.backend: [heap, rocksdb]}\n"
	p := planOf(t, src, nil, PlanOptions{})
	want := Skipped{"rocksdb", "this binary was built without cgo", "build with -tags rocksdb"}
	if len(p.Cells) != 1 || len(p.Skipped) != 1 || p.Skipped[0] != want {
		t.Errorf("cells %v, skipped %v; want heap alone", p.Cells, p.Skipped)
	}
	s, err := Parse("s.yaml", []byte(src), planCatalog(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []PlanOptions{{Require: []string{"heap", "ROCKSDB"}}, {Filter: "backend:rocksdb"}} {
		_, err := s.Plan(planCatalog(), o)
		if m, ok := err.(*Missing); !ok || m.Backend != "rocksdb" || m.Remedy == "" {
			t.Errorf("%+v: %v, want that rocksdb is missing", o, err)
		}
	}
	if _, err := s.Plan(planCatalog(), PlanOptions{Require: []string{"rokcsdb"}}); err == nil || err.Error() != `--require: no backend "rokcsdb"; did you mean "rocksdb"?` {
		t.Errorf("%v", err)
	}
}

// A file that the scenario names lies beside it; one from the command line lies where that is.
func TestPath(t *testing.T) {
	src := []byte("workload: {type: flights, path: mine.csv}\n")
	for _, c := range []struct {
		sets []string
		want string
	}{{nil, "some/where/mine.csv"}, {[]string{"workload.path=other.csv"}, "other.csv"}, {[]string{"workload.path=/abs.csv"}, "/abs.csv"}} {
		s, err := Parse("some/where/s.yaml", src, planCatalog(), c.sets)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.cells[0].Params["path"]; got != c.want {
			t.Errorf("path %q, want %q", got, c.want)
		}
	}
}
