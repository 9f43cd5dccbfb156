package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/weirbench/weir/cli"
)

// The commands are weir's: a run that is crashed is judged and shows up in a report, so are simulated ones, and a bug that is planted is found.
func TestCommands(t *testing.T) {
	out := t.TempDir()
	on := func(args ...string) []string { return append(args, "--out", out, "--quiet", "--seed", "1") }
	const crash = "faults=[{after: 30000 records, do: kill, target: task/0}]"
	for _, c := range []struct {
		code int
		args []string
	}{
		{0, []string{"list", "backends"}},
		{0, []string{"doctor", "--require", "leveldb"}},
		{0, on("run", "count", "-n", "1", "-s", "state.backend.type=leveldb", "-s", "workload.records=100k", "-s", crash)},
		{0, []string{"check", filepath.Join(out, "latest")}},
		{0, on("run", "many-timers", "--sim", "--seeds", "20", "-s", "state.backend.type=[heap,leveldb]")},
		{10, on("run", "count", "--sim", "--seeds", "20", "-s", "state.backend.type=leveldb", "-s", "broken=offset-too-far")},
		{2, on("run", "count", "-s", "state.backend.type=leveldbb")},
	} {
		if code := cli.Main(everything(), c.args...); code != c.code {
			t.Errorf("weir %q ends with %d, want %d", c.args, code, c.code)
		}
	}
	reports, err := filepath.Glob(filepath.Join(out, "*", "report.html"))
	if err != nil || len(reports) < 3 {
		t.Fatalf("%d reports, %v; want one for each run", len(reports), err)
	}
	for _, name := range reports {
		if page, err := os.ReadFile(name); err != nil || !strings.Contains(string(page), "leveldb") {
			t.Errorf("%s says nothing of leveldb (%v)", name, err)
		}
	}
}
