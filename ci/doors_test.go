package ci

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A door is the one room that imports an outside module.
type door struct {
	module string
	room   string   // and the folders below it
	tests  []string // rooms, or single files, whose tests may import it too, each for a reason that stands beside it
}

// doors are all modules that weir is built from. Each stands in ARCHITECTURE.md with its room and the reason why it is there.
func doors() []door {
	return []door{
		{"C", "backends/rocksdb", nil}, // cgo itself is a dependency like another
		{"github.com/anishathalye/porcupine", "linearizability", nil},
		{"github.com/cockroachdb/pebble/v2", "backends/pebble", []string{"backends/backendtest", "backends"}}, // benchmarks: the bare loop
		{"github.com/goccy/go-yaml", "", nil},
		{"github.com/klauspost/compress", "linearizability", nil},
		{"github.com/linxGnu/grocksdb", "backends/rocksdb", []string{"backends/backendtest", "backends"}}, // benchmarks: the bare loop
		{"github.com/rogpeppe/go-internal", "none", []string{"cli"}},                                      // testscript, in tests only
		{"github.com/spf13/cobra", "cli", nil},
		{"golang.org/x/perf", "", []string{"reports"}}, // the filter; the tests of reports read back what benchstat will read
		{"golang.org/x/term", "cli", nil},
		{"gonum.org/v1/plot", "reports", nil},
	}
}

// doorOf finds the door of an import path; ok is false for the standard library and for ours.
func doorOf(all []door, p string) (d door, known, outside bool) {
	first, _, _ := strings.Cut(p, "/")
	if ours(p) || p != "C" && !strings.Contains(first, ".") {
		return door{}, false, false
	}
	i := slices.IndexFunc(all, func(d door) bool { return p == d.module || strings.HasPrefix(p, d.module+"/") })
	if i < 0 {
		return door{}, false, true
	}
	return all[i], true, true
}

// oneDoor: an outside module is imported by its room only.
func oneDoor(t *tree) (found []finding) {
	all := doors()
	for _, r := range t.rooms {
		for _, f := range r.files {
			for _, i := range f.ast.Imports {
				p := strings.Trim(i.Path.Value, `"`)
				d, known, outside := doorOf(all, p)
				switch {
				case !outside:
				case !known:
					found = append(found, t.at(i.Pos(), "doors", "%s has no door in ci/doors_test.go", p))
				case within(r.path, d.room), f.test && (slices.Contains(d.tests, r.path) || slices.Contains(d.tests, f.path)):
				default:
					found = append(found, t.at(i.Pos(), "doors", "%s is imported by %s only", p, name(d.room)))
				}
			}
		}
	}
	return found
}

// within tells whether a room is another or lies below it. Nothing lies below the root.
func within(room, of string) bool {
	return room == of || of != "" && strings.HasPrefix(room, of+"/")
}

// TestDoorsAreExplained: each module that go.mod requires for our own sake has a door, each door is used, and ARCHITECTURE.md gives for each
// its module, its room, its version and, in the rest of that line, a reason.
func TestDoorsAreExplained(t *testing.T) {
	page, err := os.ReadFile("../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	all, used := doors(), map[string]bool{}
	for _, r := range load(t, "..").rooms {
		for _, f := range r.files {
			for _, i := range f.ast.Imports {
				if d, known, _ := doorOf(all, strings.Trim(i.Path.Value, `"`)); known {
					used[d.module] = true
				}
			}
		}
	}
	for _, d := range all {
		if !used[d.module] {
			t.Errorf("nothing imports %s: take its door away", d.module)
		}
	}
	for _, m := range required(t) {
		d, known, _ := doorOf(all, m.Path)
		if !known && !m.Indirect {
			t.Errorf("go.mod requires %s, which has no door", m.Path)
		}
		if version := stem(m.Version); known && !explained(string(page), d, version) {
			t.Errorf("ARCHITECTURE.md has no line with `%s`, `%s`, %s and a reason", d.module, roomOf(d), version)
		}
	}
}

func roomOf(d door) string {
	switch d.room {
	case "":
		return "weir"
	case "none":
		return "tests"
	}
	return d.room
}

// stem leaves out the commit of a version that is none.
func stem(version string) string {
	if i := strings.LastIndexByte(version, '-'); i >= 20 {
		return version[:i-6]
	}
	return version
}

// explained tells whether a row of the page's table names a door, its room and its version, and says at least a few words more.
func explained(page string, d door, version string) bool {
	for line := range strings.Lines(page) {
		if strings.Contains(line, "`"+d.module+"` | `"+roomOf(d)+"` | "+version+" | ") && len(strings.Fields(line)) >= 12 {
			return true
		}
	}
	return false
}

func TestExplainedCanFail(t *testing.T) {
	d := door{"example.org/m", "backends/m", nil}
	const whole = "| `example.org/m` | `backends/m` | v1.2.3 | because it does what would take us a year |\n"
	if !explained("# Title\n\n"+whole, d, "v1.2.3") {
		t.Errorf("explained does not see %q", whole)
	}
	for _, line := range []string{"", "| `example.org/m` | `backends/m` | |\n", strings.Replace(whole, "backends/m", "backends/n", 1), strings.Replace(whole, "org/m", "org/n", 1), strings.Replace(whole, "1.2.3", "1.2.4", 1)} {
		if explained(line, d, "v1.2.3") {
			t.Errorf("explained takes %q for an explanation of %v", line, d)
		}
	}
}

// A requirement is a module that go.mod requires.
type requirement struct {
	Path, Version string
	Indirect      bool
}

func required(t *testing.T) []requirement {
	cmd := exec.Command("go", "mod", "edit", "-json")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go mod edit -json: %v", err)
	}
	var mod struct{ Require []requirement }
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	if len(mod.Require) == 0 {
		t.Fatal("go mod edit -json names no requirement")
	}
	return mod.Require
}
