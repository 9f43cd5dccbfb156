package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirbench/weir/cli"
	"github.com/weirbench/weir/workloads/workloadtest"
)

func TestClicks(t *testing.T) {
	workloadtest.Run(t, Clicks(), map[string]string{"records": "300", "keys": "20", "pages": "5"})
}

// The scenario runs by its name, live and simulated, is judged and shows up in a report; a bug that is planted is found.
func TestCommands(t *testing.T) {
	out := t.TempDir()
	on := func(args ...string) []string { return append(args, "--out", out, "--quiet", "--seed", "1") }
	const crash = "faults=[{after: 30000 records, do: kill, target: task/0}]"
	for _, c := range []struct {
		code int
		args []string
	}{
		{0, []string{"explain", "clicks"}},
		{0, on("run", "clicks", "-s", "workload.records=100k", "-s", "workload.keys=1000", "-s", "run.duration=0s", "-s", crash)},
		{0, on("run", "clicks", "--sim", "--seeds", "20")},
		{10, on("run", "clicks", "--sim", "--seeds", "20", "-s", "broken=lost-record")},
		{2, on("run", "clicks", "-s", "workload.pages=0")},
	} {
		if code := cli.Main(everything(), c.args...); code != c.code {
			t.Errorf("weir %q ends with %d, want %d", c.args, code, c.code)
		}
	}
	reports, err := filepath.Glob(filepath.Join(out, "*-clicks-*", "report.html"))
	if err != nil || len(reports) != 3 {
		t.Fatalf("%d reports, %v; want one for each run", len(reports), err)
	}
	again := filepath.Base(os.Args[0]) + " run clicks" // no other program knows this workload
	for _, name := range reports {
		if page, err := os.ReadFile(name); err != nil || !strings.Contains(string(page), again) {
			t.Errorf("%s does not say how to run it again, %s (%v)", name, again, err)
		}
	}
}
