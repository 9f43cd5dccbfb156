package main

import (
	"bytes"
	"strings"
	"testing"
)

// A machine that is twice as slow in its second round, and what go test prints around benchmarks.
const sample = `goos: linux
cpu: some processor
BenchmarkCounter/backend=heap/keys=hot/round=00/loop=bare-2     	       1	 100 ns/op	   1000 rec/s	  0 allocs/rec
BenchmarkCounter/backend=heap/keys=hot/round=00/batch=1024-2    	       1	 125 ns/op	    800 rec/s	  0 allocs/rec
BenchmarkCounter/backend=heap/keys=hot/round=01/loop=bare-2     	       1	 200 ns/op	    500 rec/s	  0 allocs/rec
BenchmarkCounter/backend=heap/keys=hot/round=01/batch=1024-2    	       1	 180 ns/op	    550 rec/s	  0.001 allocs/rec
BenchmarkCounter/backend=heap/keys=hot/round=02/loop=bare-2     	       1	 100 ns/op	   1000 rec/s	  0 allocs/rec
BenchmarkCounter/backend=heap/keys=hot/round=02/batch=1024-2    	       1	 120 ns/op	    820 rec/s	  0 allocs/rec
BenchmarkPipeline/round=0/history=off	       1	 1 ns/op	 12000000 rec/s
--- BENCH: BenchmarkCounter
    something that was logged: Benchmark, 1 2 3
PASS
`

func judged(t *testing.T, b bound, wanted ...string) (line string, measured bool) {
	t.Helper()
	rows, err := read(strings.NewReader(sample))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	measured = judge(&out, []bound{b}, rows, wanted)
	return strings.Join(strings.Fields(out.String()), " "), measured
}

func TestBounds(t *testing.T) {
	const batch, bare = "Counter/backend=heap/keys=hot/batch=1024", "Counter/backend=heap/keys=hot/loop=bare"
	for _, c := range []struct {
		name     string
		bound    bound
		want     string
		measured bool
	}{
		{"a ratio is within a round, and the median of them counts", bound{batch, "rec/s", bare, ratioAtLeast, 0.82},
			batch + " 800 rec/s 0.82 x (0.80–1.10) >= 0.82 x bare met", true},
		{"a ratio that is too low", bound{batch, "rec/s", bare, ratioAtLeast, 0.83},
			batch + " 800 rec/s 0.82 x (0.80–1.10) >= 0.83 x bare not met", true},
		{"a value, with the ratio beside it", bound{batch, "rec/s", bare, valueAtLeast, 700},
			batch + " 800 rec/s 0.82 x (0.80–1.10) >= 700 rec/s met", true},
		{"a value that is too low", bound{batch, "rec/s", bare, valueAtLeast, 801},
			batch + " 800 rec/s 0.82 x (0.80–1.10) >= 801 rec/s not met", true},
		{"a value with nothing beside it", bound{batch, "allocs/rec", "", valueAtMost, 0.0005},
			batch + " 0.00 allocs/rec – <= 0.0005 allocs/rec met", true},
		{"a value that is too high", bound{bare, "rec/s", "", valueAtMost, 999},
			bare + " 1.00k rec/s – <= 999 rec/s not met", true},
		{"one processor, one round", bound{"Pipeline/history=off", "rec/s", "", valueAtLeast, 10e6},
			"Pipeline/history=off 12.0M rec/s – >= 10.0M rec/s met", true},
		{"what did not run is no pass", bound{"Counter/backend=rocksdb", "rec/s", "", valueAtLeast, 1},
			"Counter/backend=rocksdb – – >= 1.00 rec/s not measured", false},
		{"another metric is not measured either", bound{"Pipeline/history=off", "allocs/rec", "", valueAtMost, 1},
			"Pipeline/history=off – – <= 1 allocs/rec not measured", false},
		{"a ratio to nothing is no pass", bound{batch, "rec/s", "Counter/loop=bare", ratioAtLeast, 0.1},
			batch + " – – >= 0.1 x bare not measured: nothing ran beside it as Counter/loop=bare", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, measured := judged(t, c.bound); got != c.want || measured != c.measured {
				t.Errorf("judge printed %q, %v; want %q, %v", got, measured, c.want, c.measured)
			}
		})
	}
}

// Whoever ran some of the benchmarks asks for the bounds of these.
func TestBoundsThatAreNotWantedAreNotMissed(t *testing.T) {
	b := bound{"Counter/backend=rocksdb", "rec/s", "", valueAtLeast, 1}
	if got, measured := judged(t, b, "Pipeline"); got != "" || !measured {
		t.Errorf("judge printed %q, %v; want nothing, true", got, measured)
	}
	if _, measured := judged(t, b, "Pipeline", "Counter"); measured {
		t.Error("a bound that is wanted and was not measured is missed by nobody")
	}
}

func TestReadRefusesWhatIsNoNumber(t *testing.T) {
	if _, err := read(strings.NewReader("BenchmarkX 1 fast ns/op\n")); err == nil || !strings.Contains(err.Error(), "fast") {
		t.Errorf("read = %v, want an error that quotes what is no number", err)
	}
}

// Two lines that ask the same, and a line that anything would meet, are mistakes.
func TestAskedBoundsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range asked() {
		if id := b.bench + " " + b.metric + " " + b.words(); seen[id] {
			t.Errorf("%s is asked for twice", id)
		} else {
			seen[id] = true
		}
		if b.limit <= 0 || b.on == ratioAtLeast && b.bare == "" {
			t.Errorf("%+v can never fail", b)
		}
	}
}
