package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/backends/probes"
	"github.com/weirbench/weir/linearizability"
)

// Results made by hand, with fixed times, one of each kind of run.

func summary(v ...float64) weir.Summary { return weir.Summarize(v) }

func checks(reason string) (all []weir.CheckResult) {
	for i, name := range []string{"linearizability", "exactly-once", "digest", "liveness"} {
		k := weir.CheckResult{Name: name, Verdict: "pass", Reason: reason, Judged: int64(1000 * (i + 1))}
		if name == "linearizability" {
			k.Reason = "99061 operations on 9 of 220 keys have an order that explains every answer"
		}
		all = append(all, k)
	}
	return append(all, weir.CheckResult{Name: "fencing", Verdict: "not applicable", Reason: "one attempt"})
}

func phasesOf(v ...float64) (all []weir.Phase) {
	for i, name := range []string{"detection", "restart", "download", "restore", "re-process"} {
		all = append(all, weir.Phase{Name: name, Seconds: v[i]})
	}
	return all
}

func seriesOf(scale float64) *weir.Series {
	s := &weir.Series{Rep: 1, Bin: .05, Band: [2]float64{.9 * scale, 1.1 * scale}, Marks: []weir.Mark{
		{Kind: "checkpoint", From: .1, To: .14, Text: "chk-1"},
		{Kind: "checkpoint", From: .2, To: .25, Text: "chk-2"},
		{Kind: "aborted", From: .3, To: .31, Text: "chk-3: the attempt ended"},
		{Kind: "fault", From: .312, To: .312, Text: `{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0, note: "after the upload, before it is complete"}`},
		{Kind: "restore", From: .315, To: .42, Text: "from chk-2"},
		{Kind: "replay", From: .42, To: .55, Text: "20500 records again"},
		{Kind: "checkpoint", From: .6, To: .66, Text: "chk-4"},
	}}
	s.Marks = append(s.Marks, weir.Mark{Kind: "phase", From: 0, To: .2, Text: "fill"}, weir.Mark{Kind: "phase", From: .2, To: .25, Text: "settle"}, weir.Mark{Kind: "phase", From: .25, To: 1, Text: "measure"})
	s.State = []weir.SizeSample{{At: .1, Entries: 1000, Bytes: 48_000}, {At: .2, Entries: 2000, Bytes: 96_000}, {At: .6, Entries: 4000, Bytes: 192_000}}
	for i := range 20 {
		s.Fired = append(s.Fired, scale/2*float64(i%2))
		v := scale * (1 + .08*float64(i%3-1))
		if i == 6 {
			v /= 4
		} else if i == 7 {
			v = 0
		}
		s.Rate = append(s.Rate, v)
	}
	return s
}

// cellOf is a cell that passed, with three repetitions.
func cellOf(backend, interval string, recovery, rate float64) weir.CellResult {
	c := weir.CellResult{Name: backend + " " + interval, Backend: backend, Label: backend, Ranked: true, Driver: "live", Verdict: "pass", Checks: checks("all in order"), Records: 2_500_000, Crashes: 3,
		Axes:       []weir.Setting{{Key: "backend", Value: backend, From: "matrix demo.yaml:6"}, {Key: "interval", Value: interval, From: "matrix demo.yaml:7"}},
		Throughput: summary(rate*.98, rate, rate*1.03), Checkpoint: summary(.02, .031, .062), Recovery: summary(recovery*.9, recovery*.95, recovery),
		Phases: phasesOf(.0001, .1, recovery/16, recovery/32, recovery-.1001-recovery/16-recovery/32), Verify: .0021,
		Size: summary(22800), FullSize: summary(22800), Series: seriesOf(rate), Folder: "cells/" + backend + "." + interval,
		Samples: map[string][]float64{"rec/s": {rate * .98, rate, rate * 1.03}, "sec/ckpt": {.02, .031, .062}, "sec/recovery": {recovery * .9, recovery * .95, recovery}, "B/ckpt": {22800, 22800, 22800}}}
	c.Accesses, c.Asking = []weir.StateAccesses{
		{State: "latest", Kind: "value", N: map[string]int64{"reads": 2_600_000, "misses": 220, "writes": 2_600_000}},
		{State: "alarms", Kind: "timers", N: map[string]int64{"registered": 2_600_000, "fired": 1_300_000, "deleted": int64(len(backend))}}}, 2_600_000
	c.Memory = weir.MemoryUse{Heap: 120 << 20, Resident: 260 << 20, Collections: 14, Pauses: 29, LongestMost: .00032}
	c.Probed = probed(backend)
	c.Stretches = []weir.Stretch{{Name: "fill", From: 0, To: .2, Records: int64(rate * .2)}, {Name: "settle", From: .2, To: .25}, {Name: "measure", From: .25, To: 1, Records: int64(rate * .5), Down: .1}}
	return c
}

// probed is what the backends said on the machine that these samples are of. An older weir asked RocksDB less.
func probed(backend string) *probes.Found {
	switch backend {
	case "heap":
		return &probes.Found{EqualKeys: 1, Coding: .4, MapOrder: probes.LastFirst, Values: &probes.Pinned{FewNs: 1091, ManyNs: 601},
			Timers: &probes.Timers{}, TimersOnHeap: &probes.Timers{}, Expired: &probes.Expired{}, Limit: &probes.Limit{}}
	case "pebble":
		return &probes.Found{EqualKeys: 2, Reuse: true, Coding: 8.25, MapOrder: probes.ByBytes, Values: &probes.Pinned{Written: 4096, FewNs: 2835, ManyNs: 9153},
			Timers: &probes.Timers{Coded: true}, TimersOnHeap: &probes.Timers{Written: probes.Few},
			Expired: &probes.Expired{Compacts: true, Busy: probes.Mortal}, Limit: &probes.Limit{Set: true, Look: true}}
	}
	return &probes.Found{EqualKeys: 2, Reuse: true, Coding: 8.25}
}

func passing() *weir.Results {
	return &weir.Results{Schema: "weir.results/v1", Run: "20261122T231940Z-demo-3f9a1c", Scenario: "demo", About: "real flights through a keyed job", Command: "weir run demo --seed 7", Seed: 7,
		Started: time.Date(2026, 11, 22, 23, 19, 40, 0, time.UTC), Took: 41.5, Verdict: "pass", Headline: "4 of 4 cells verified · 0 lost · 0 duplicated · 12 crashes · 854 simulated seeds without alarm", Reps: 3,
		Machine: weir.Machine{ID: "ab12cd34", CPU: "a processor", Cores: 2, Memory: 8 << 30, OS: "linux/amd64", Disk: "ext4", Go: "go1.26", Commit: "0123456789ab", Pebble: "v2.1.7", Checker: "v1.3.1", Governor: "powersave"},
		Config:  []weir.Setting{{Key: "workload.type", Value: "flights", From: "demo.yaml:16"}, {Key: "parallelism.default", Value: "2", From: "demo.yaml:10"}},
		Cells:   []weir.CellResult{cellOf("heap", "100ms", .24, 9.4e6), cellOf("heap", "500ms", .99, 7.8e6), cellOf("pebble", "100ms", .41, 2.9e6), cellOf("pebble", "500ms", .84, 3.6e6)},
		Sim:     &weir.SimResult{Backend: "heap", From: 7, Seeds: 871, Passed: 854, Vacuous: 17, Faults: 1837, Crashes: 1320, Rate: 217.6},
		Thresholds: []weir.ThresholdResult{{Metric: "throughput", Expr: "avg > 1M/s", Cell: "heap 100ms", Value: 9.4e6, Met: true, Where: "demo.yaml:30:5"},
			{Metric: "throughput", Expr: "avg > 1M/s", Cell: "pebble 100ms", Value: 2.9e6, Met: true, Where: "demo.yaml:30:5"}}}
}

func failing() *weir.Results {
	r := passing()
	r.Verdict, r.Exit, r.Exits, r.Broken, r.Thresholds = "fail", 10, []int{10}, "offset-too-far", nil
	r.Headline = "2 of 4 cells are wrong: heap 500ms, pebble 100ms · 2 verified · 12 crashes"
	oracle := &r.Cells[1]
	oracle.Verdict = "fail"
	oracle.Checks[1] = weir.CheckResult{Name: "exactly-once", Verdict: "fail", Reason: "The state at the end is not that of the input: expected ab, got cd", Judged: 77}
	oracle.Story = &linearizability.Story{Title: "The state at the end is not that of the input", Say: "After the last record the whole state was compared with the fold of the input.", Want: "ab", Got: "cd"}
	oracle.Reproduce = r.Command
	wrong := &r.Cells[2]
	wrong.Verdict, wrong.Reproduce, wrong.Page = "fail", r.Command, "cells/pebble.100ms/rep-01/linearizability.html"
	wrong.Checks[0] = weir.CheckResult{Name: "linearizability", Verdict: "fail", Reason: "Key ATL went back in time: expected 42 or 43, got 39", Judged: 99061}
	wrong.Story = storyOf()
	for _, c := range []*weir.CellResult{oracle, wrong} { // as measuring would leave them, were it not for the verdict
		c.Throughput, c.Recovery, c.Checkpoint, c.FullSize = summary(987654321), summary(98.7654321), summary(87.654321), summary(765432198)
		c.Samples, c.Records = map[string][]float64{"rec/s": {987654321}}, 987654321
	}
	return r
}

func storyOf() *linearizability.Story {
	s := &linearizability.Story{Title: "Key ATL went back in time", Say: "Attempt 1 ended (task/0 was killed at checkpoint.uploaded of checkpoint 3), and attempt 2 was restored from checkpoint 2. A read in attempt 2 returned the count 39 of key ATL.",
		Want: "42 or 43", WantNote: "every order of what was acknowledged by then leads to it", Got: "39", Hint: "checkpoint 2 names a file of checkpoint 1"}
	n, ticket := int64(33), int64(10)
	step := func(what, label string, bad bool) {
		ticket += 2
		s.Value = append(s.Value, linearizability.Step{Ticket: ticket, At: ticket * 20_000, N: n, What: what, Label: label, Bad: bad})
	}
	lane := func(name, label string, order int, attempt int64, bad, unknown bool) {
		s.Lanes = append(s.Lanes, linearizability.LaneOp{Lane: name, Label: label, Attempt: attempt, Call: ticket, Return: ticket + 1, At: ticket * 20_000, Order: order, Bad: bad, Unknown: unknown})
	}
	for i := range 9 {
		n++
		step("apply", "", false)
		lane("source", fmt.Sprintf("add 1 → %d", n), 2*i+1, 1, false, false)
		if i%3 == 2 {
			step("checkpoint", fmt.Sprintf("chk-%d", i/3+1), false)
			lane("coordinator", fmt.Sprintf("commit chk-%d", i/3+1), 2*i+2, 1, false, false)
		}
	}
	step("fault", `{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0, note: "x"}`, false)
	lane("source", "add 1 → 43", 0, 1, false, true)
	ticket += 8
	step("restore", "chk-3", false)
	lane("coordinator", "restore chk-3", 19, 2, false, false)
	n = 39
	step("read", "", true)
	lane("reader", "read 39", 0, 2, true, false)
	return s
}

func undecided() *weir.Results {
	r := passing()
	r.Verdict, r.Exit, r.Exits, r.Sim, r.Thresholds, r.Reps = "undecided", 11, []int{11, 20}, nil, nil, 1
	r.Headline = "2 of 4 cells are not decided: heap 500ms, pebble 500ms · 2 verified · 9 crashes"
	r.Cells[1].Verdict = "undecided"
	r.Cells[1].Checks[1] = weir.CheckResult{Name: "exactly-once", Verdict: "undecided", Reason: "not exercised: fault 1 of the plan never struck", Judged: 12}
	r.Cells[3] = weir.CellResult{Name: "pebble 500ms", Backend: "pebble", Label: "pebble", Ranked: true, Driver: "live", Verdict: "undecided"}
	for _, i := range []int{0, 2} {
		c := &r.Cells[i]
		c.Throughput, c.Recovery, c.Checkpoint, c.Samples = summary(c.Throughput.P50), summary(c.Recovery.P95), summary(.031), map[string][]float64{"rec/s": {c.Throughput.P50}}
	}
	r.Thresholds = []weir.ThresholdResult{{Metric: "recovery_time", Expr: "p(95) < 300ms", Cell: "heap 100ms", Value: .24, Met: true, Where: "demo.yaml:31:5"},
		{Metric: "recovery_time", Expr: "p(95) < 300ms", Cell: "pebble 100ms", Value: .41, Where: "demo.yaml:31:5"}}
	r.Warnings = []string{"the run broke off: interrupted"}
	return r
}

// debugged has a debug build, which is not ranked, and skipped cells.
func debugged() *weir.Results {
	r := passing()
	r.Thresholds, r.Sim, r.Machine.RocksDB = nil, nil, "7.8.3 (debug build)"
	rocks := cellOf("rocksdb", "100ms", .19, 1.5e6)
	rocks.Label, rocks.Ranked = "rocksdb (debug build)", false
	r.Cells = []weir.CellResult{rocks, cellOf("heap", "100ms", .24, 9.4e6)}
	r.Headline = "2 of 2 cells verified · 0 lost · 0 duplicated · 6 crashes"
	for _, name := range []string{"speedb 100ms", "speedb 500ms"} {
		r.Skipped = append(r.Skipped, weir.Skipped{Cell: name, Reason: "not compiled in", Remedy: "build with CGO_ENABLED=1 and -tags speedb; see weir doctor"})
	}
	return r
}

// seeded is a run of seeds alone.
func seeded() *weir.Results {
	r := passing()
	r.Thresholds, r.Sim = nil, nil
	r.Cells = nil
	for _, backend := range []string{"heap", "pebble"} {
		sim := &weir.SimResult{Backend: backend, From: 7, Seeds: 100, Passed: 97, Vacuous: 3, Faults: 210, Crashes: 150, Rate: 217.6}
		r.Cells = append(r.Cells, weir.CellResult{Name: backend, Backend: backend, Label: backend, Ranked: true, Driver: "sim", Verdict: "pass", Checks: checks("all in order"), Crashes: 150, Records: 24000, Sim: sim, TraceHash: "00ff"})
	}
	r.Headline = "2 of 2 cells verified · 0 lost · 0 duplicated · 300 crashes"
	return r
}

// hostile has names and reasons of which every format must be careful.
func hostile() *weir.Results {
	r := failing()
	evil := "<script>alert(1)</script>|`x`\x1b[31m\u202e\n## [a](https://example.org) \"onload=\"x\" ' & \\ */--> {{.}} "
	r.Scenario, r.About, r.Run, r.Headline, r.Broken, r.Machine.CPU, r.Machine.Commit = evil, evil, "run"+evil, evil, evil, evil, evil
	r.Command = "weir run '" + evil + "' -s a='b c' " + strings.Repeat("-s key=value ", 30)
	r.Config = append(r.Config, weir.Setting{Key: evil, Value: evil, From: evil})
	r.Warnings = []string{evil}
	r.Skipped = []weir.Skipped{{Cell: evil, Reason: evil, Remedy: evil}}
	r.Thresholds = []weir.ThresholdResult{{Metric: evil, Expr: evil, Cell: evil, Value: 1, Where: evil}}
	for i := range r.Cells {
		c := &r.Cells[i]
		c.Name, c.Label = c.Name+evil, c.Label+evil
		c.Axes = append(c.Axes, weir.Setting{Key: evil, Value: evil}, weir.Setting{Key: "Größe", Value: "a=b/c-8"})
		for j := range c.Checks {
			c.Checks[j].Reason += evil
		}
		for j := range c.Series.Marks {
			c.Series.Marks[j].Text += evil
		}
		if c.Story != nil {
			s := *c.Story
			s.Title, s.Say, s.Want, s.Got, s.Hint = s.Title+evil, s.Say+evil, s.Want+evil, s.Got+evil, evil
			for j := range s.Value {
				s.Value[j].Label += evil
			}
			for j := range s.Lanes {
				s.Lanes[j].Label += evil
			}
			c.Story, c.Reproduce, c.Page = &s, r.Command, "javascript:alert(1)"
		}
	}
	return r
}

// immense is more than any page should show.
func immense() *weir.Results {
	r := failing()
	for i := range 700 {
		c := cellOf("pebble", fmt.Sprintf("%dms", i), .24+float64(i)/1e4, 9.4e6)
		c.Series = nil
		for j := range c.Checks {
			c.Checks[j].Reason = strings.Repeat("a reason with many words ", 200)
		}
		if i%5 == 0 {
			c.Verdict, c.Checks[0].Verdict = "fail", "fail"
		}
		r.Cells = append(r.Cells, c)
		r.Skipped = append(r.Skipped, weir.Skipped{Cell: fmt.Sprint("skipped ", i), Reason: fmt.Sprint(i, strings.Repeat("why ", 300)), Remedy: strings.Repeat("how ", 300)})
		r.Thresholds = append(r.Thresholds, weir.ThresholdResult{Metric: "recovery_time", Expr: "p(95) < 1s", Cell: c.Name, Value: 1, Where: "demo.yaml:1"})
		r.Warnings = append(r.Warnings, strings.Repeat("warning ", 300))
		r.Config = append(r.Config, weir.Setting{Key: fmt.Sprint("key", i), Value: strings.Repeat("value ", 300), From: strings.Repeat("from ", 300)})
	}
	r.Headline = strings.Repeat("long ", 3000)
	s := *storyOf()
	for range 5000 {
		s.Value = append(s.Value, s.Value...)
		if len(s.Value) > 20_000 {
			break
		}
	}
	s.Say, s.Title, s.Want = strings.Repeat("say ", 5000), strings.Repeat("title ", 5000), strings.Repeat("42 or ", 5000)
	r.Cells[2].Story = &s
	return r
}

// A sample is a result with its name.
type sample struct {
	name string
	r    *weir.Results
}

func samples() []sample {
	empty := passing()
	empty.Cells, empty.Sim, empty.Thresholds, empty.Headline, empty.Verdict, empty.Exit = nil, nil, nil, "no cell ran", "undecided", 130
	return []sample{{"pass", passing()}, {"fail", failing()}, {"undecided", undecided()}, {"debug", debugged()}, {"seeds", seeded()}, {"empty", empty}, {"hostile", hostile()}}
}
