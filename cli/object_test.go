package cli_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// object wants a file to be what --json prints, and nothing else: object stdout. Behind it stand facts that must hold: exit=0 verdict=pass
// cells=2 hash=yes.
func object(ts *testscript.TestScript, neg bool, args []string) {
	got, err := parseObject(ts.ReadFile(args[0]))
	ts.Check(err)
	facts := map[string]string{"exit": fmt.Sprint(got["exit"]), "verdict": fmt.Sprint(got["verdict"]), "seed": fmt.Sprint(got["seed"]), "run": fmt.Sprint(got["run"])}
	cells := got["cells"].([]any)
	facts["cells"], facts["hash"], facts["numbers"] = fmt.Sprint(len(cells)), "yes", "yes"
	for _, c := range cells {
		cell := c.(map[string]any)
		if cell["trace_hash"] == nil {
			facts["hash"] = "no"
		}
		if cell["throughput_rec_per_s"] == nil {
			facts["numbers"] = "no"
		}
	}
	for _, a := range args[1:] {
		if k, want, _ := strings.Cut(a, "="); facts[k] != want {
			ts.Fatalf("%s = %s, want %s", k, facts[k], want)
		}
	}
}

// A shape is what a JSON value must be: a string of one of the words, "text", "number", "whole", or a field of an object with a shape of its own.
type shape map[string]any

// printed is the object of --json, field by field. A name that ends in ? may be absent, and a value whose kind ends in ? null.
func printed() shape {
	summary := shape{"p50": "number", "p95": "number", "max": "number", "n": "whole"}
	return shape{
		"run": "text", "seed": "whole", "exit": "whole", "verdict": "pass fail undecided",
		"cells": []any{shape{
			"name": "text", "backend": "heap pebble rocksdb", "verdict": "pass fail undecided", "trace_hash?": "text",
			"checks":               []any{shape{"name": "text", "verdict": "pass fail undecided not_applicable", "reason": "text"}},
			"throughput_rec_per_s": summary, "checkpoint_duration_s": summary, "recovery_s": summary,
			"recovery_phases_s":     []any{shape{"name": "text", "s": "number"}},
			"checkpoint_size_bytes": summary, "checkpoint_full_size_bytes": summary,
		}},
	}
}

func parseObject(text string) (map[string]any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var got map[string]any
	if err := d.Decode(&got); err != nil {
		return nil, fmt.Errorf("no JSON object: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the object: %v", err)
	}
	return got, fits("", got, printed())
}

// fits tells where a value is not of its shape.
func fits(at string, v, want any) error {
	switch want := want.(type) {
	case shape:
		if v == nil && at != "" { // a summary of nothing
			return nil
		}
		m, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %v, want an object", at, v)
		}
		return fields(at, m, want)
	case []any:
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s is %v, want a list", at, v)
		}
		for i, x := range list {
			if err := fits(fmt.Sprintf("%s[%d]", at, i), x, want[0]); err != nil {
				return err
			}
		}
	case string:
		return plain(at, v, want)
	}
	return nil
}

func fields(at string, m map[string]any, want shape) error {
	known := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		key := strings.TrimSuffix(name, "?")
		known[key] = true
		v, ok := m[key]
		if !ok && key == name {
			return fmt.Errorf("%s.%s is missing", at, key)
		}
		if ok {
			if err := fits(at+"."+key, v, want[name]); err != nil {
				return err
			}
		}
	}
	for key := range m {
		if !known[key] {
			return fmt.Errorf("%s.%s is not one of the fields that are promised", at, key)
		}
	}
	return nil
}

func plain(at string, v any, want string) error {
	n, number := v.(json.Number)
	s, text := v.(string)
	switch want {
	case "text":
		if !text || s == "" {
			return fmt.Errorf("%s is %v, want a text", at, v)
		}
	case "number":
		if f, err := n.Float64(); !number || err != nil || f < 0 {
			return fmt.Errorf("%s is %v, want a number", at, v)
		}
	case "whole":
		if !number || strings.ContainsAny(n.String(), ".eE-") {
			return fmt.Errorf("%s is %v, want a whole number", at, v)
		}
	default:
		if !text || !slices.Contains(strings.Fields(want), strings.ReplaceAll(s, " ", "_")) {
			return fmt.Errorf("%s is %v, want one of %s", at, v, want)
		}
	}
	return nil
}

// The check of the object can fail.
func TestObjectIsChecked(t *testing.T) {
	const good = `{"run": "o/1", "seed": 18446744073709551615, "exit": 0, "verdict": "pass", "cells": [{"name": "heap", "backend": "heap", "verdict": "pass",
		"checks": [{"name": "digest", "verdict": "not applicable", "reason": "none"}], "throughput_rec_per_s": {"p50": 1.5, "p95": 2, "max": 2, "n": 1},
		"checkpoint_duration_s": null, "recovery_s": null, "recovery_phases_s": [{"name": "restart", "s": 0.1}], "checkpoint_size_bytes": null, "checkpoint_full_size_bytes": null}]}`
	if _, err := parseObject(good); err != nil {
		t.Errorf("a good object: %v", err)
	}
	for _, c := range [][2]string{{`"exit": 0`, `"exit": "0"`}, {`"exit": 0`, `"exit": 0.5`}, {`"exit": 0, `, ``}, {`"exit": 0`, `"exit": 0, "more": 1`}, {`"verdict": "pass", "cells"`, `"verdict": "good", "cells"`},
		{`"max": 2, `, ``}, {`"n": 1`, `"n": 1, "min": 1`}, {`"s": 0.1`, `"s": "0.1"`}, {`"recovery_s": null, `, ``}, {`[{"name": "restart", "s": 0.1}]`, `null`}, {`"reason": "none"`, `"reason": ""`}} {
		bad := strings.Replace(good, c[0], c[1], 1)
		if _, err := parseObject(bad); bad == good || err == nil {
			t.Errorf("%s instead of %s is not noticed", c[1], c[0])
		}
	}
	if _, err := parseObject(good + "\n{}"); err == nil {
		t.Error("a second object is not noticed")
	}
}

// same-verdicts wants two objects to say the same of the same cells: same-verdicts a.json b.json.
func sameVerdicts(ts *testscript.TestScript, neg bool, args []string) {
	var said [2]string
	for i := range said {
		o, err := parseObject(ts.ReadFile(args[i]))
		ts.Check(err)
		for _, c := range o["cells"].([]any) {
			cell := c.(map[string]any)
			said[i] += fmt.Sprintf("%v %v\n", cell["name"], cell["verdict"])
			for _, k := range cell["checks"].([]any) {
				check := k.(map[string]any)
				said[i] += fmt.Sprintf("  %v %v: %v\n", check["name"], check["verdict"], check["reason"])
			}
		}
	}
	if same := said[0] == said[1]; same == neg {
		ts.Fatalf("%s says\n%s\n%s says\n%s", args[0], said[0], args[1], said[1])
	}
}

// same-traces wants two objects to have the same trace hash for each cell, and some.
func sameTraces(ts *testscript.TestScript, neg bool, args []string) {
	var hashes [2]string
	for i := range hashes {
		o, err := parseObject(ts.ReadFile(args[i]))
		ts.Check(err)
		for _, c := range o["cells"].([]any) {
			cell := c.(map[string]any)
			hashes[i] += fmt.Sprintf("%v %v\n", cell["name"], cell["trace_hash"])
		}
	}
	if same := hashes[0] == hashes[1] && hashes[0] != ""; same == neg {
		ts.Fatalf("%s has\n%s\n%s has\n%s", args[0], hashes[0], args[1], hashes[1])
	}
}

// again runs the line that reproduces what failed, and wants an exit code: again 10 out/latest/results.json. Behind them stand flags that
// are added.
func again(ts *testscript.TestScript, neg bool, args []string) {
	var r struct {
		Command string
		Sim     *struct{ Reproduce string }
		Cells   []struct{ Reproduce string }
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &r))
	line := ""
	for _, c := range r.Cells {
		if line == "" {
			line = c.Reproduce
		}
	}
	if line == "" && r.Sim != nil {
		line = r.Sim.Reproduce
	}
	if line == "" {
		ts.Fatalf("%s has no line that reproduces anything", args[1])
	}
	ts.Logf("%s", line)
	exits(ts, false, []string{args[0], "sh", "-c", line + " " + strings.Join(args[2:], " ")})
}
