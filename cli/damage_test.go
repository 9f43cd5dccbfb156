package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A stored run that somebody or something damaged: check judges what is whole and says what is not, and never accuses a backend of the damage;
// report renders what it can read. Each says what is wrong in one line.
func TestDamagedRuns(t *testing.T) {
	dir := t.TempDir()
	src, err := os.ReadFile("testdata/scenarios/small.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "small.yaml"), src)
	if got := call(t, dir, "run", "small.yaml", "-q", "--out", "out", "-f", "backend:heap", "-s", "workload.records=5k"); got.code != 0 {
		t.Fatalf("exit %d, %s", got.code, got.err)
	}
	whole, err := filepath.EvalSymlinks(filepath.Join(dir, "out", "latest"))
	if err != nil {
		t.Fatal(err)
	}
	const history = "cells/heap/history-01.jsonl.zst"
	for _, c := range []struct {
		name          string
		damage        func(t *testing.T, run string)
		check, report int
		says          string // check, on either stream
		tells         string // report
	}{
		{"nothing", func(*testing.T, string) {}, 0, 0, "heap", "heap"},
		{"results cut short", shorter("results.json", 100), 0, 2, "results.json is damaged: unexpected end of JSON input; what was measured is lost", "weir: x: results.json is damaged: unexpected end of JSON input\n"},
		{"results empty", shorter("results.json", 0), 0, 2, "results.json is damaged", "weir: x: results.json is damaged"},
		{"results of something else", with("results.json", "[1, 2]"), 0, 2, "results.json is damaged", "weir: x: results.json is damaged"},
		{"results of nothing", with("results.json", "null"), 0, 2, `results.json has schema ""; this weir reads weir.results/v1`, `weir: x: results.json has schema ""; this weir reads weir.results/v1`},
		{"results of a later weir", instead("results.json", "weir.results/v1", "weir.results/v7"), 0, 2, `results.json has schema "weir.results/v7"; this weir reads weir.results/v1`,
			`weir: x: results.json has schema "weir.results/v7"; this weir reads weir.results/v1`},
		{"results missing", without("results.json"), 0, 2, "the run did not end: what it left is judged", "weir: x: the run did not end, so it has no results.json; weir check judges what it left\n"},
		{"results a folder", func(t *testing.T, run string) {
			without("results.json")(t, run)
			if err := os.Mkdir(filepath.Join(run, "results.json"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, 0, 2, "is a directory", "weir: x: read x/results.json: is a directory\n"},
		{"plan cut short", shorter("plan.json", 500), 2, 0, "weir: x: plan.json is damaged: its checksum is ", "heap"},
		{"plan with a turned bit", turn("plan.json"), 2, 0, "weir: x: plan.json is damaged: its checksum is ", "heap"},
		{"plan of more records", instead("plan.json", "5k", "6k"), 2, 0, "weir: x: plan.json is damaged: its checksum is ", "heap"},
		{"plan missing", without("plan.json"), 2, 0, "weir: x: plan.json is missing: nothing says what the histories are of\n", "heap"},
		{"manifest of a later weir", instead("manifest.json", "weir.manifest/v1", "weir.manifest/v2"), 2, 0, `weir: x: manifest.json has schema "weir.manifest/v2"; this weir reads weir.manifest/v1`, "heap"},
		{"manifest cut short", shorter("manifest.json", 30), 2, 0, "weir: x: manifest.json is damaged: unexpected end of JSON input\n", "heap"},
		{"manifest missing", without("manifest.json"), 2, 0, "weir: x is no run folder: it has no manifest.json\n", "heap"},
		{"history cut short at its beginning", shorter(history, 300), 11, 0, "history-01.jsonl.zst: read history: ", "heap"},
		{"history without its last byte", func(t *testing.T, run string) {
			b := read(t, filepath.Join(run, history))
			write(t, filepath.Join(run, history), b[:len(b)-1])
		}, 11, 0, "history-01.jsonl.zst: read history: ", "heap"},
		{"history with a turned bit", turn(history), 11, 0, "history-01.jsonl.zst: read history: ", "heap"},
		{"history empty", shorter(history, 0), 11, 0, "history-01.jsonl.zst: read history: ", "heap"},
		{"history of something else", with(history, "hello"), 11, 0, "history-01.jsonl.zst: read history: ", "heap"},
		{"history a folder", func(t *testing.T, run string) {
			without(history)(t, run)
			if err := os.Mkdir(filepath.Join(run, history), 0o755); err != nil {
				t.Fatal(err)
			}
		}, 11, 0, "history-01.jsonl.zst: read history: ", "heap"},
		{"history missing", without(history), 11, 0, "0 of 1 repetition left a history", "heap"},
		{"every cell missing", without("cells"), 11, 0, "0 of 1 repetition left a history", "heap"},
		{"everything missing", func(t *testing.T, run string) { without(".")(t, run); os.Mkdir(run, 0o755) }, 2, 2, "weir: x is no run folder; want a run folder, such as ", "weir: x is no run folder"},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			dir := t.TempDir()
			run := filepath.Join(dir, "x")
			if err := os.CopyFS(run, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			c.damage(t, run)
			expect(t, "check", call(t, dir, "check", "x", "--json"), c.check, c.says)
			expect(t, "report", call(t, dir, "report", "x"), c.report, c.tells)
		})
	}
}

// expect wants a code, a text on either stream, and one line on standard error at most. A report and a table may break a long text.
func expect(t *testing.T, command string, got called, code int, says string) {
	t.Helper()
	if got.code != code || !strings.Contains(got.out+got.err, says) || strings.Count(got.err, "\n") > 1 {
		t.Errorf("%s: exit %d, want %d and %q\n%s%s", command, got.code, code, says, got.out, got.err)
	}
	if code == 2 && (got.out != "" || got.err == "") {
		t.Errorf("%s: it printed %q beside its error %q", command, got.out, got.err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func shorter(name string, n int) func(*testing.T, string) {
	return func(t *testing.T, run string) {
		name := filepath.Join(run, name)
		write(t, name, read(t, name)[:n])
	}
}

func with(name, text string) func(*testing.T, string) {
	return func(t *testing.T, run string) { write(t, filepath.Join(run, name), []byte(text)) }
}

func instead(name, old, text string) func(*testing.T, string) {
	return func(t *testing.T, run string) {
		name := filepath.Join(run, name)
		b := read(t, name)
		if !bytes.Contains(b, []byte(old)) {
			t.Fatalf("%s has no %s", name, old)
		}
		write(t, name, bytes.ReplaceAll(b, []byte(old), []byte(text)))
	}
}

func turn(name string) func(*testing.T, string) {
	return func(t *testing.T, run string) {
		name := filepath.Join(run, name)
		b := bytes.Clone(read(t, name))
		for i := len(b) / 2; i < min(len(b)/2+16, len(b)); i++ { // one bit alone may be of those that mean nothing
			b[i] = ^b[i]
		}
		write(t, name, b)
	}
}

func without(name string) func(*testing.T, string) {
	return func(t *testing.T, run string) {
		if err := os.RemoveAll(filepath.Join(run, name)); err != nil {
			t.Fatal(err)
		}
	}
}
