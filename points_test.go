package weir

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

// missed are the points that a history has no hits of. input.records is passed only where a fault asks for it.
func missed(hits map[string]int64) (none []string) {
	for _, p := range faults.Points() {
		if hits[p] == 0 {
			none = append(none, p)
		}
	}
	return none
}

func parsed(t *testing.T, lines ...string) (all []faults.Spec) {
	t.Helper()
	for _, l := range lines {
		s, err := faults.ParseSpec(l)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// Every named point is passed and counted in the simulation, on every backend.
func TestEveryPointIsHitInSim(t *testing.T) {
	for _, b := range testBackends() {
		s := newSimulator(t, b, SimOptions{Faults: 3})
		hits := map[string]int64{}
		for seed := range uint64(5) {
			run, err := s.run(seed)
			if err != nil {
				t.Fatal(err)
			}
			for p, n := range run.evidence.History.Hits {
				hits[p] += n
			}
		}
		if none := missed(hits); len(none) > 0 {
			t.Errorf("%s: no hit of %v", b, none)
		}
	}
}

// liveCell is a small live job: checkpoints every few milliseconds, readers, and restarts without end.
func liveCell(backend string) *Cell {
	c := simCell(backend)
	c.Batch, c.Interval, c.Timeout, c.Retained, c.Concurrent, c.Tolerable = 128, 4*time.Millisecond, 10*time.Second, 2, 1, 1000
	c.ReadEvery, c.Groups, c.CheckTimeout = 500*time.Microsecond, 128, time.Minute
	c.Restart = engine.Restart{Strategy: "fixed-delay", Attempts: 1000, Delay: 500}
	c.Params = map[string]string{"keys": "300", "records": "40000"}
	return c
}

// lived runs a cell on goroutines and real files, and wants every goroutine of it to have ended.
func lived(t *testing.T, cell *Cell, rep int) (*Evidence, []linearizability.Verdict) {
	t.Helper()
	c := testCatalog()
	job, err := c.open(cell, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	l := &liveRun{catalog: &c, cell: cell, subject: newSubject(job), rep: rep, seed: uint64(rep), dir: t.TempDir(), judging: func() {}}
	ev, vs, err := l.run(ctx)
	if err != nil {
		t.Fatalf("%s, %v: %v", cell.Backend, cell.Faults, err)
	}
	for tries := 0; runtime.NumGoroutine() > before && tries < 500; tries++ { // what a backend still closes behind itself
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		stack := make([]byte, 1<<16)
		t.Errorf("%s, %v: %d goroutines are left, %d were there before\n%s", cell.Backend, cell.Faults, n, before, stack[:runtime.Stack(stack, true)])
	}
	return ev, vs
}

// Every named point is passed and counted on goroutines and real files, on every backend.
func TestEveryPointIsHitLive(t *testing.T) {
	for _, b := range testBackends() {
		hits := map[string]int64{}
		for rep := 1; rep <= 40 && len(missed(hits)) > 0; rep++ { // a machine that is fast takes few checkpoints: it gets more to read
			cell := liveCell(b)
			cell.Params["records"] = fmt.Sprint(40_000 * rep)
			cell.Faults = parsed(t, "{at: checkpoint.completed, checkpoint: 2, do: kill, target: coordinator, maybe: true}")
			ev, vs := lived(t, cell, rep)
			for p, n := range ev.History.Hits {
				hits[p] += n
			}
			noFailure(t, cell, vs)
		}
		if none := missed(hits); len(none) > 0 {
			t.Errorf("%s: no hit of %v", b, none)
		}
	}
}

func noFailure(t *testing.T, cell *Cell, vs []linearizability.Verdict) {
	t.Helper()
	for _, v := range vs {
		if v.Result == linearizability.Fail {
			t.Errorf("%s, %s, %v: %s fails: %s", cell.Backend, cell.Mode, cell.Faults, v.Check, v.Reason)
		}
	}
}

// Whatever strikes a live job, no check objects, the run ends, and nothing of it is left running.
func TestLiveUnderFaults(t *testing.T) {
	plans := [][]string{
		{"{at: checkpoint.barrier, checkpoint: 2, do: kill, lost: true, maybe: true}"},
		{"{at: checkpoint.manifest, checkpoint: 2, do: kill, maybe: true}", "{at: recovery.restored, do: kill, target: task/1, lost: true, maybe: true}"},
		{"{at: checkpoint.completed, checkpoint: 2, do: zombie, delay: 2 ms, maybe: true}", "{at: recovery.running, do: zombie, maybe: true}"},
		{"{at: recovery.restarting, do: kill, target: task/0, maybe: true}", "{at: checkpoint.notified, checkpoint: 2, do: kill, target: sink/0, maybe: true}"},
		{"{ops: [put, manifest, get, delete], do: fail, outcome: late, delay: 3 ms, probability: 0.2, maybe: true}", "{at: checkpoint.uploaded, checkpoint: 2, do: zombie, maybe: true}"},
		{"{at: checkpoint.manifest, checkpoint: 2, do: fail, outcome: torn, maybe: true}", "{after: 20000 records, do: kill, target: all}"},
		{"{ops: [put], do: fail, outcome: applied, probability: 0.3, maybe: true}", "{ops: [manifest], do: delay, delay: 2 ms, probability: 0.5, maybe: true}"},
	}
	for _, b := range testBackends() {
		for i, lines := range plans {
			for rep := range scale(1, 20) {
				cell := liveCell(b)
				cell.Faults = parsed(t, lines...)
				if (i+rep)%3 == 2 {
					cell.Mode = linearizability.AtLeastOnce
				}
				_, vs := lived(t, cell, rep+1)
				noFailure(t, cell, vs)
			}
		}
	}
}
