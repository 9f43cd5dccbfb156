package weir

import (
	"context"
	"fmt"
	"testing"

	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/live"
	"github.com/weirbench/weir/engine/sim"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

// BenchmarkScenario is complete simulated scenarios: 600 records, three checkpoints or more, one crash, two readers; judged by the oracles,
// and by porcupine too. Beside them stands the same scenario that nobody observes and judges. Four tasks may be two sources and two keyed
// tasks, or four keyed ones; so there are both. On one core:
//
//	go test -run '^$' -bench '^BenchmarkScenario$' -cpu 1 -benchtime 1x -benchmem . | go run ./ci/bounds Scenario
func BenchmarkScenario(b *testing.B) {
	for _, shape := range []struct{ sources, tasks, interval int }{{2, 2, 80}, {1, 4, 40}} {
		b.Run(fmt.Sprintf("backend=heap/sources=%d/tasks=%d", shape.sources, shape.tasks), func(b *testing.B) {
			cell := simCell("heap")
			cell.Sources, cell.Parallelism = shape.sources, shape.tasks
			cell.Batch, cell.Interval, cell.Timeout, cell.Retained, cell.Concurrent = 8, micros(shape.interval), micros(100_000), 2, 1
			cell.ReadEvery = micros(60)
			cell.Restart = engine.Restart{Strategy: "fixed-delay", Attempts: 100, Delay: 10}
			cell.Params = map[string]string{"keys": "10", "records": "600"}
			cell.Faults = []faults.Spec{{Do: "kill", At: engine.AtUploaded, Checkpoint: 2, Target: "task/0"}}
			scenarios(b, cell)
		})
	}
}

// scenarios runs seeds of a cell in all ways in turn.
func scenarios(b *testing.B, cell *Cell) {
	const rounds, seeds = 15, 150
	c := testCatalog()
	for round := range rounds {
		for _, w := range []struct {
			name      string
			porcupine bool
			run       func(s *simulator, seed uint64) error
		}{
			{"judge=none", false, runUnseen},
			{"judge=oracles", false, runJudged},
			{"judge=all", true, runJudged},
		} {
			b.Run(fmt.Sprintf("round=%02d/%s", round, w.name), func(b *testing.B) {
				s, err := c.simulator(cell, "", SimOptions{Fixed: true, Porcupine: w.porcupine})
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					for i := range seeds {
						if err := w.run(s, uint64(round*seeds+i)); err != nil {
							b.Fatalf("seed %d: %v", round*seeds+i, err)
						}
					}
				}
				b.ReportMetric(float64(b.N)*seeds/b.Elapsed().Seconds(), "scenarios/s")
			})
		}
	}
}

// runJudged runs a seed as a user does, and is sure that it was what is asked for.
func runJudged(s *simulator, seed uint64) error {
	run, err := s.run(seed)
	if err != nil {
		return err
	}
	for _, v := range run.verdicts {
		if v.Result == linearizability.Fail || v.Result == linearizability.Undecided && !run.vacuous() { // no read met a snapshot
			return fmt.Errorf("%s is %s: %s", v.Check, v.Result, v.Reason)
		}
	}
	if cuts, crashes := len(run.evidence.History.Cuts), len(run.evidence.Recoveries); cuts < 3 || crashes != 1 {
		return fmt.Errorf("%d checkpoints and %d crashes, want 3 at least and one", cuts, crashes)
	}
	return nil
}

// runUnseen runs a seed without observing or judging it.
func runUnseen(s *simulator, seed uint64) error {
	ch := sim.Random(seed)
	cell, sub, err := s.draw(ch)
	if err != nil {
		return err
	}
	res, err := s.once(cell, sub, ch, cell.Faults, nil, nil)
	if err != nil {
		return err
	}
	return res.err
}

// BenchmarkRecorded is the live job count, a hash chain over each key's records and rows that are published included, with the history that
// runs are judged by, and without one. In the pipeline of engine/live a smaller job is observed by less.
//
//	go test -run '^$' -bench '^BenchmarkRecorded$' -benchtime 1x -benchmem . | go run ./ci/bounds Recorded
func BenchmarkRecorded(b *testing.B) {
	const rounds, records = 11, 2_000_000
	c := testCatalog()
	cell := simCell("heap")
	cell.Sources, cell.Parallelism, cell.Groups, cell.Batch, cell.Readers = 1, 1, 128, 1024, 0
	cell.Timeout, cell.Retained, cell.Concurrent = micros(60_000_000), 2, 1
	cell.Restart = engine.Restart{Strategy: "none"}
	cell.Params = map[string]string{"keys": "100000", "distribution": "zipfian", "records": fmt.Sprint(records)}
	s, err := c.simulator(cell, "", SimOptions{Fixed: true})
	if err != nil {
		b.Fatal(err)
	}
	_, sub, err := s.draw(sim.Random(1))
	if err != nil {
		b.Fatal(err)
	}
	for round := range rounds {
		for _, on := range []bool{false, true} {
			b.Run(fmt.Sprintf("backend=heap/workload=count/round=%02d/history=%s", round, map[bool]string{false: "off", true: "on"}[on]), func(b *testing.B) {
				for b.Loop() {
					spec := cell.spec(stores(s.backend, "", &Cell{}))
					o := live.Options{Blobs: blobs.NewMemory(), Restart: cell.Restart,
						Job: func(epoch int64) (*engine.Graph, error) { return sub.job.Build(spec, epoch) }}
					rec := newRecorder(cell.history(sub), sub.keyNo)
					if spec.Track = on; on {
						o.Observe = rec
					}
					if _, err := live.Run(context.Background(), o); err != nil {
						b.Fatal(err)
					}
					seen := 0
					for i := range rec.h.Ops {
						if rec.h.Ops[i].Kind == linearizability.Apply {
							seen += len(rec.h.Ops[i].IDs)
						}
					}
					if on && seen != records {
						b.Fatalf("the history has %d records, want %d", seen, records)
					}
				}
				b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "rec/s")
			})
		}
	}
}
