package weir

import (
	"strings"
	"testing"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

// crashed runs a small job under one fault, in the simulation.
func crashed(t *testing.T, seed uint64, mutant, line string) *seedRun {
	t.Helper()
	spec, err := faults.ParseSpec(line)
	if err != nil {
		t.Fatal(err)
	}
	cell := simCell("heap")
	cell.Batch, cell.Interval, cell.Timeout, cell.Retained, cell.Concurrent, cell.ReadEvery = 4, micros(60), micros(100_000), 2, 1, micros(20)
	cell.Restart = engine.Restart{Strategy: "fixed-delay", Attempts: 5, Delay: 10}
	cell.Params = map[string]string{"keys": "7", "records": "400"}
	cell.Faults = []faults.Spec{spec}
	run, err := simulatorOf(t, cell, SimOptions{Fixed: true, Porcupine: true, Mutant: mutant}).run(seed)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func verdictOf(run *seedRun, check string) linearizability.Verdict {
	for _, v := range run.verdicts {
		if v.Check == check {
			return v
		}
	}
	return linearizability.Verdict{}
}

// An attempt is a zombie when the plan says so. One that should be dead and is heard of is none: it is fenced by its successor's start.
func TestZombiesAreThoseOfThePlan(t *testing.T) {
	for _, c := range []struct {
		mutant, line string
		zombie       bool
		undead       bool
	}{
		{"", "{at: checkpoint.notified, checkpoint: 2, do: kill, target: task/0}", false, false},
		{"", "{at: checkpoint.completed, checkpoint: 2, do: zombie}", true, false},
		{"attempt-not-stopped", "{at: checkpoint.notified, checkpoint: 2, do: kill, target: task/0}", false, true},
	} {
		failed := 0
		for seed := range uint64(10) {
			run := crashed(t, seed, c.mutant, c.line)
			a := run.evidence.History.Attempts
			if len(a) < 2 || a[0].Zombie != c.zombie || a[0].Fence == 0 || a[0].Fence < a[1].Start {
				t.Fatalf("%s %s, seed %d: attempts %+v; want a first one that is a zombie: %v", c.mutant, c.line, seed, a, c.zombie)
			}
			if v := verdictOf(run, "fencing"); v.Result == linearizability.Fail {
				failed++
			}
		}
		if failed > 0 != c.undead {
			t.Errorf("%s %s: fencing fails on %d seeds of 10; want any: %v", c.mutant, c.line, failed, c.undead)
		}
	}
}

// Tickets ascend strictly: no two steps share one, and an operation that was answered returned behind its call. A client belongs to one
// attempt, and all of its operations that are known to have ended lie within it.
func TestTicketsAndClients(t *testing.T) {
	s := newSimulator(t, "heap", SimOptions{Faults: 3})
	for seed := range uint64(scale(200, 2000)) {
		run, err := s.run(seed)
		if err != nil {
			t.Fatal(err)
		}
		h := run.evidence.History
		attempt, steps := map[int]int64{}, map[int64]int{}
		for i := range h.Ops {
			op := &h.Ops[i]
			if i > 0 && op.Call < h.Ops[i-1].Call {
				t.Fatalf("seed %d: operation %d begins at %d, the one before at %d", seed, i, op.Call, h.Ops[i-1].Call)
			}
			if op.Call <= 0 || op.Return != 0 && op.Return <= op.Call || op.Outcome == linearizability.Known && op.Return == 0 {
				t.Fatalf("seed %d: %s from %d to %d, outcome %d", seed, op.Kind, op.Call, op.Return, op.Outcome)
			}
			if was, ok := attempt[op.Client]; ok && was != op.Attempt {
				t.Fatalf("seed %d: client %d acts in the attempts %d and %d", seed, op.Client, was, op.Attempt)
			}
			attempt[op.Client] = op.Attempt
			for _, ticket := range []int64{op.Call, op.Return} { // of one step there may be several operations, all of one client
				if who, ok := steps[ticket]; ok && ticket != 0 && who != op.Client {
					t.Fatalf("seed %d: clients %d and %d have ticket %d", seed, who, op.Client, ticket)
				}
				steps[ticket] = op.Client
			}
		}
	}
}

// The trace covers what was judged and what was said of it: offsets, digests, output, verdicts.
func TestTraceCoversJudging(t *testing.T) {
	fresh := func() (*linearizability.History, []linearizability.Verdict) {
		return &linearizability.History{Cuts: []linearizability.Cut{{Ckpt: 3, Offsets: []int64{5, 7}, Got: linearizability.Digest{1, 2}}},
			Output: []linearizability.Txn{{Name: "out/0/3", IDs: []linearizability.ID{9}}}}, []linearizability.Verdict{{Check: "digest", Result: "pass", Reason: "so it is"}}
	}
	base, vs := fresh()
	want := traceOf(17, base, vs)
	if h, vs := fresh(); traceOf(17, h, vs) != want || traceOf(18, h, vs) == want {
		t.Error("the trace is not that of its parts, or not of the steps")
	}
	for name, change := range map[string]func(*linearizability.History, []linearizability.Verdict){
		"offset":     func(h *linearizability.History, _ []linearizability.Verdict) { h.Cuts[0].Offsets[1]++ },
		"digest":     func(h *linearizability.History, _ []linearizability.Verdict) { h.Cuts[0].Got[1]++ },
		"digest's 1": func(h *linearizability.History, _ []linearizability.Verdict) { h.Cuts[0].Got[0]++ },
		"checkpoint": func(h *linearizability.History, _ []linearizability.Verdict) { h.Cuts[0].Ckpt++ },
		"row":        func(h *linearizability.History, _ []linearizability.Verdict) { h.Output[0].IDs[0]++ },
		"name":       func(h *linearizability.History, _ []linearizability.Verdict) { h.Output[0].Name += "x" },
		"result":     func(_ *linearizability.History, vs []linearizability.Verdict) { vs[0].Result = linearizability.Fail },
		"reason":     func(_ *linearizability.History, vs []linearizability.Verdict) { vs[0].Reason = "so it was" },
		"check":      func(_ *linearizability.History, vs []linearizability.Verdict) { vs[0].Check = "diges" },
	} {
		h, vs := fresh()
		change(h, vs)
		if traceOf(17, h, vs) == want {
			t.Errorf("another %s, and the trace is the same", name)
		}
	}
}

// A plan demands what its faults bring about, and nothing of those that may stay away.
func TestDemandsOfAPlan(t *testing.T) {
	for _, c := range []struct {
		line               string
		faults, recoveries int
		unacked            bool
		seeds              uint64
	}{
		{"{at: checkpoint.uploaded, checkpoint: 2, do: kill, target: task/0}", 1, 1, false, 5},
		{"{at: checkpoint.uploaded, checkpoint: 2, do: kill, target: task/0, maybe: true}", 0, 0, false, 0},
		{"{at: checkpoint.manifest, checkpoint: 2, do: kill}", 1, 1, true, 20},
		{"{at: checkpoint.manifest, checkpoint: 2, do: kill, lost: true}", 1, 1, true, 20},
		{"{at: checkpoint.synced, checkpoint: 2, do: kill, target: task/1, lost: true}", 1, 1, true, 20},
		{"{at: checkpoint.synced, checkpoint: 2, do: kill, target: sink/1, lost: true}", 1, 1, false, 5},
		{"{at: checkpoint.triggered, checkpoint: 2, do: kill, lost: true}", 1, 1, true, 20},
		{"{at: checkpoint.completed, checkpoint: 2, do: kill, lost: true}", 1, 1, true, 20},
		{"{at: checkpoint.notified, checkpoint: 2, do: kill, lost: true}", 1, 1, true, 20},
		{"{at: checkpoint.triggered, checkpoint: 2, do: zombie}", 1, 1, false, 5},
		{"{at: checkpoint.manifest, checkpoint: 2, do: fail, outcome: late, delay: 20 us}", 1, 0, false, 5},
	} {
		spec, err := faults.ParseSpec(c.line)
		if err != nil {
			t.Fatal(err)
		}
		cell := Cell{Faults: []faults.Spec{spec}, Readers: 2}
		d := cell.demands(99)
		if d.Faults != c.faults || d.Recoveries != c.recoveries || d.Unacked != c.unacked || d.Readers != 2 || d.Records != 99 || d.Checkpoints != 1 {
			t.Errorf("%s demands %+v", c.line, d)
		}
		for seed := range c.seeds { // and it comes about
			run := crashed(t, seed, "", c.line)
			for _, v := range run.verdicts {
				if v.Result == linearizability.Fail || v.Result == linearizability.Undecided && v.Check == "linearizability" {
					t.Errorf("%s, seed %d: %s is %s: %s", c.line, seed, v.Check, v.Result, v.Reason)
				}
			}
		}
	}
}

// However many checkpoints a plan lets be under way at once, no check objects to that; beyond what a model can follow it says so.
func TestManyCheckpointsAtOnce(t *testing.T) {
	for _, c := range []struct {
		concurrent int
		want       linearizability.Result
	}{{2, linearizability.Pass}, {8, linearizability.Pass}, {12, linearizability.Pass}, {40, linearizability.Undecided}} {
		cell := simCell("heap")
		cell.Batch, cell.Interval, cell.Timeout, cell.Retained, cell.Concurrent, cell.ReadEvery = 4, micros(5), micros(100_000), 2, c.concurrent, micros(20)
		cell.Tolerable, cell.Restart = 1000, engine.Restart{Strategy: "fixed-delay", Attempts: 50, Delay: 10}
		cell.Params = map[string]string{"keys": "7", "records": "600"}
		cell.Faults = []faults.Spec{{Do: "delay", Ops: []string{"manifest"}, Delay: 400, Chance: 0.5, Maybe: true}, {Do: "kill", At: engine.AtCompleted, Occurrence: 5, Maybe: true}}
		s := simulatorOf(t, cell, SimOptions{Fixed: true, Porcupine: true})
		got := map[linearizability.Result]int{}
		for seed := range uint64(10) {
			run, err := s.run(seed)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range run.verdicts {
				if v.Check == "linearizability" {
					got[v.Result]++
				}
				if v.Result == linearizability.Fail || v.Result == linearizability.Undecided && !strings.Contains(v.Reason, "would have to be remembered") {
					t.Errorf("%d at once, seed %d: %s is %s: %s", c.concurrent, seed, v.Check, v.Result, v.Reason)
				}
			}
		}
		if got[c.want] == 0 {
			t.Errorf("%d at once: linearizability says %v, want %s", c.concurrent, got, c.want)
		}
	}
}

// A plan that kills more often than it restarts ends its run itself: that is nothing a backend did, and nothing is proved by it.
func TestPlanThatEndsItsRun(t *testing.T) {
	for _, line := range []string{"{every: 30 us, do: kill, target: all}", "{every: 30 us, do: zombie}", "{every: 30 us, do: kill, target: task/1}"} {
		run := crashed(t, 1, "", line)
		v := verdictOf(run, "liveness")
		if !run.evidence.History.Felled || v.Result != linearizability.Undecided || !strings.Contains(v.Reason, "the plan's own faults ended it") {
			t.Errorf("%s: the run ended with %q, liveness is %s: %s", line, run.evidence.History.End, v.Result, v.Reason)
		}
		for _, v := range run.verdicts {
			if v.Result == linearizability.Fail {
				t.Errorf("%s: %s fails: %s", line, v.Check, v.Reason)
			}
		}
	}
}

// An outage counts as far as it is between the first record and the last one: a job that is down before it reads, or when all is read, loses nothing.
func TestOutagesOutsideTheInputTakeNothingOfIt(t *testing.T) {
	for _, c := range []struct {
		outages [][2]int64
		down    int64
		want    int64
	}{
		{nil, -1, 100},
		{[][2]int64{{120, 160}}, -1, 60},
		{[][2]int64{{0, 90}}, -1, 100},
		{[][2]int64{{50, 120}, {130, 180}}, -1, 30},
		{[][2]int64{{190, 260}}, -1, 90},
		{[][2]int64{{50, 120}}, 210, 80},
		{nil, 150, 50},
	} {
		r := &recorder{first: 100, last: 200, outages: c.outages, down: c.down}
		if got := r.busy(300); got != c.want {
			t.Errorf("outages %v and one since %d: the job ran for %d µs of its input, want %d", c.outages, c.down, got, c.want)
		}
	}
}
