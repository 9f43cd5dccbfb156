package reports

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchproc"

	"github.com/weirbench/weir"
)

// readBench reads lines as benchstat does.
func readBench(t *testing.T, text string) (all []*benchfmt.Result, units []*benchfmt.UnitMetadata) {
	t.Helper()
	f := benchfmt.NewReader(strings.NewReader(text), "results.bench.txt")
	for f.Scan() {
		switch rec := f.Result().(type) {
		case *benchfmt.SyntaxError:
			t.Errorf("%v in\n%s", rec, text)
		case *benchfmt.Result:
			all = append(all, rec.Clone())
		case *benchfmt.UnitMetadata:
			units = append(units, rec)
		}
	}
	if err := f.Err(); err != nil {
		t.Fatal(err)
	}
	return all, units
}

// What is written is what benchstat reads: a result for each repetition of each cell that passed, with its axes and its numbers.
func TestBenchRoundTrip(t *testing.T) {
	for _, s := range samples() {
		all, units := readBench(t, rendered(t, s.r, Bench))
		if len(units) != 4 || units[0].Key != "better" || units[0].Value != "higher" || units[1].Value != "lower" {
			t.Errorf("%s: metadata of %d units: %v", s.name, len(units), units)
		}
		at := 0
		for i := range s.r.Cells {
			c := &s.r.Cells[i]
			if c.Verdict != "pass" {
				continue
			}
			for rep := range repetitions(c) {
				if at == len(all) {
					t.Fatalf("%s: %d results, and more repetitions", s.name, len(all))
				}
				sameResult(t, s.name, all[at], c, rep)
				at++
			}
		}
		if at != len(all) {
			t.Errorf("%s: %d results, want %d", s.name, len(all), at)
		}
	}
}

func sameResult(t *testing.T, name string, got *benchfmt.Result, c *weir.CellResult, rep int) {
	t.Helper()
	for _, u := range benchUnits() {
		want := c.Samples[u[0]]
		i := slices.IndexFunc(got.Values, func(v benchfmt.Value) bool { return v.Unit == u[0] || v.OrigUnit == u[0] })
		if rep >= len(want) {
			if i >= 0 {
				t.Errorf("%s, %s: a value of %s that was not measured", name, got.Name, u[0])
			}
			continue
		}
		if i < 0 || got.Values[i].Value != want[rep] {
			t.Errorf("%s, %s, repetition %d: %v, want %g %s", name, got.Name, rep, got.Values, want[rep], u[0])
		}
	}
	base, parts := got.Name.Parts()
	if string(base) != "State" {
		t.Errorf("%s: the name is %s", name, got.Name)
	}
	for _, p := range parts {
		if s := string(p); !strings.HasPrefix(s, "-") && strings.Count(s, "=") != 1 {
			t.Errorf("%s: %q of %s is not key=value", name, s, got.Name)
		}
	}
}

// Axes can be projected by name, and a debug build stays apart.
func TestBenchAxes(t *testing.T) {
	var parser benchproc.ProjectionParser
	p, err := parser.Parse("/workload,/backend,/interval,/build,scenario", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	all, _ := readBench(t, rendered(t, debugged(), Bench))
	for _, r := range all {
		if s := p.Project(r).String(); !slices.Contains(got, s) {
			got = append(got, s)
		}
	}
	want := []string{"/workload:flights /backend:rocksdb /interval:100ms /build:debug scenario:demo", "/workload:flights /backend:heap /interval:100ms scenario:demo"}
	if !slices.Equal(got, want) {
		t.Errorf("axes are %q, want %q", got, want)
	}
}
