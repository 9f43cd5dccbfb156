package weir

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/workloads"
)

var rewrite = flag.Bool("rewrite", false, "write what comes out into the golden files")

// planCatalog has names only: nothing of it can run.
func planCatalog() Catalog {
	number := func(v string) error {
		_, err := parseCount(v)
		return err
	}
	either := func(v string) error {
		if v != "uniform" && v != "zipfian" {
			return fmt.Errorf("%q; want uniform or zipfian", v)
		}
		return nil
	}
	there := func() Status { return Status{Available: true} }
	gone := func() Status {
		return Status{Reason: "this binary was built without cgo", Remedy: "build with -tags rocksdb"}
	}
	return Catalog{
		Backends: []Backend{{Name: "heap", Aliases: []string{"hashmap"}, Status: there}, {Name: "pebble", Status: there}, {Name: "rocksdb", Status: gone}},
		Workloads: []workloads.Workload{
			{Name: "count", Params: []workloads.Param{{Name: "keys", Default: "1000", Check: number}, {Name: "distribution", Default: "uniform", Check: either},
				{Name: "records", Default: "100000", Check: number}, {Name: "value_size", Default: "16", Check: number}}},
			{Name: "flights", Params: []workloads.Param{{Name: "path"}, {Name: "passes", Default: "1", Check: number}}},
		},
		Faults: faults.All(), Checks: linearizability.Checks(),
	}
}

func planOf(t *testing.T, src string, sets []string, o PlanOptions) *Plan {
	t.Helper()
	s, err := Parse("s.yaml", []byte(src), planCatalog(), sets)
	if err != nil {
		t.Fatal(err)
	}
	if o.Seed == nil {
		o.Seed = new(uint64)
	}
	p, err := s.Plan(planCatalog(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every file in testdata/bad is wrong, and its .err says how: a line for each problem. The first line of a file may be "# set: key=value".
func TestBadScenarios(t *testing.T) {
	names, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(names) < 60 {
		t.Fatalf("%d bad scenarios, %v; want at least 60", len(names), err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yaml"), func(t *testing.T) {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			bad(t, filepath.Base(name), src, strings.TrimSuffix(name, ".yaml")+".err")
		})
	}
}

func bad(t *testing.T, file string, src []byte, golden string) {
	t.Helper()
	var sets []string
	for line := range strings.Lines(string(src)) {
		set, ok := strings.CutPrefix(line, "# set: ")
		if !ok {
			break
		}
		sets = append(sets, strings.TrimSuffix(set, "\n"))
	}
	_, err := Parse(file, src, planCatalog(), sets)
	if err == nil {
		t.Fatalf("%s was accepted", file)
	}
	got := err.Error() + "\n"
	for line := range strings.Lines(got) {
		if !strings.HasPrefix(line, file+":") && !strings.HasPrefix(line, "--set ") || !strings.Contains(line, ";") {
			t.Errorf("no place or no way out in %q", line)
		}
	}
	if *rewrite {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%swant\n%s", file, got, want)
	}
}

// What is too large or too strange to keep as a file.
func TestHostileScenarios(t *testing.T) {
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	var wide strings.Builder
	wide.WriteString("workload: {type: count}\nmatrix:\n")
	for _, k := range []string{"workload.keys", "workload.records", "run.batch"} {
		wide.WriteString("  " + k + ": [1, 2, 3, 4, 5, 6, 7, 8, 9]\n")
	}
	for _, c := range []struct{ name, src, want string }{
		{"a line of a megabyte", "name: " + many("x", 1<<20-100), "s.yaml:1:1: the line has 1048482 bytes; want at most 16384"},
		{"a file of two megabytes", many("# a comment\n", 1<<18), "s.yaml:1:1: the file has 3145728 bytes; a scenario has at most 1048576"},
		{"binary", "name: \x00\x01\xff", "s.yaml:1:7: byte 0x00 is not text; a scenario is a text file in UTF-8"},
		{"an image", "\x89PNG\r\n\x1a\n", "s.yaml:1:1: byte 0x89 is not text; a scenario is a text file in UTF-8"},
		{"a half rune", "name: \xc3(", "s.yaml:1:7: byte 0xc3 is not text; a scenario is a text file in UTF-8"},
		{"brackets", "a: " + many("[", 10000), "s.yaml:1:68: nested more than 64 deep; a scenario is flat"},
		{"braces", "a: " + many("{a: ", 1000), "s.yaml:1:260: nested more than 64 deep; a scenario is flat"},
		{"dashes", many("- ", 5000) + "x", "s.yaml:1:1: nested more than 64 deep; a scenario is flat"},
		{"stairs", func() (s string) {
			for i := range 300 {
				s += many(" ", i) + "a:\n"
			}
			return s
		}(), "nested more than 64 deep; a scenario is flat"},
		{"a tab", "run:\n\tseed: 1\n", "s.yaml:2:1: a tab in the indentation; YAML is indented with spaces"},
		{"a wide matrix", wide.String(), "s.yaml:5:3: the matrix has more than 512 cells; take values away, or split the scenario"},
		{"a thousand problems", many("x: 1\n", 1), "unknown field \"x\""},
		{"carriage returns", "\r\r\r", "s.yaml:1:1: the file is empty"},
		{"a lone byte order mark", "\ufeff", "s.yaml:1:1:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("s.yaml", []byte(c.src), planCatalog(), nil)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "\n") > problemsMax {
				t.Errorf("%v; want %s", err, c.want)
			}
		})
	}
}

func TestManyProblems(t *testing.T) {
	var src strings.Builder
	for i := range 200 {
		fmt.Fprintf(&src, "field%d: 1\n", i)
	}
	_, err := Parse("s.yaml", []byte(src.String()), planCatalog(), nil)
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != problemsMax+1 || lines[problemsMax] != "s.yaml: 150 more problems; mend these first" {
		t.Errorf("%d lines, the last %q; want %d", len(lines), lines[len(lines)-1], problemsMax+1)
	}
}

const good = `# a comment
version: 1
name: trial
description: what a scenario can say
matrix:
  state.backend.type: [hashmap, pebble]
  execution.checkpointing.interval: [100 ms, 400]
  exclude:
    - {state.backend.type: heap, execution.checkpointing.interval: 400 ms}
config:
  parallelism.default: 2
  state.checkpoints:
    num-retained: 2
  execution.checkpointing:
    mode: AT_LEAST_ONCE
    timeout: PT1M
  taskmanager.memory.managed.size: 64 mb
  taskmanager.numberOfTaskSlots: 4
  restart-strategy: fixed-delay
  restart-strategy.fixed-delay.attempts: 9
workload:
  type: count
  keys: {count: 5M, distribution: zipfian}
  value_size: {bytes: 128}
readers: {clients: 2, every: 20 ms}
faults:
  - {at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0, note: "after upload"}
  - {after: 5k records, do: kill, target: all}
checks: [linearizability, exactly-once]
check_timeout: 2 min
run: {seed: 7, repetitions: 5, sim_seconds: 4, batch: 512}
thresholds:
  throughput: ["avg > 100k/s"]
  recovery_time: p(95) < 30s
`

func FuzzParse(f *testing.F) {
	f.Add(good, "run.seed=1")
	f.Add("workload: {type: count}\nmatrix: {state.backend: [heap, pebble]}\n", "parallelism.default=[1, 2]")
	f.Add("? a\n: - b\n", "=")
	f.Add("a: &x [*x]\n<<: *x\n", "x=[1, {")
	f.Add("%YAML 1.2\n---\n!!str a: b\n...\n---\n", "exclude=[{a: b}]")
	f.Add("a: |\n  b\n \tc: >-\n", "config.a=b")
	names, _ := filepath.Glob("testdata/bad/*.yaml")
	for _, name := range names {
		if src, err := os.ReadFile(name); err == nil {
			f.Add(string(src), "workload.keys=5M")
		}
	}
	f.Fuzz(func(t *testing.T, src, set string) {
		for _, sets := range [][]string{nil, {set}} {
			s, err := Parse("s.yaml", []byte(src), planCatalog(), sets)
			if (s == nil) == (err == nil) {
				t.Fatalf("scenario %v, error %v; want one of them", s, err)
			}
			if err != nil {
				if _, ok := err.(Errors); !ok || len(err.(Errors)) == 0 {
					t.Fatalf("error %#v; want Errors", err)
				}
				continue
			}
			if p, err := s.Plan(planCatalog(), PlanOptions{Filter: set}); err == nil {
				if err := Explain(&bytes.Buffer{}, p); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
