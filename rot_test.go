package weir

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

// rotted runs a job that is killed behind its fourth checkpoint, with storage that gives back one blob, from the restart on, with one bit
// flipped. at is which bit, from 0 to 1 along the blob.
func rotted(t *testing.T, retained int, victim string, at float64) (run *seedRun, stored []string) {
	t.Helper()
	c := testCatalog()
	cell := simCell("heap")
	cell.Batch, cell.Interval, cell.Timeout, cell.Retained, cell.Concurrent = 4, micros(60), micros(100_000), retained, 1
	cell.Restart = engine.Restart{Strategy: "fixed-delay", Attempts: 5, Delay: 10}
	cell.Params = map[string]string{"keys": "7", "records": "400"}
	cell.Readers = 0
	cell.Faults = []faults.Spec{{Do: "kill", At: engine.AtCompleted, Checkpoint: 4, Target: "all"}}
	o := SimOptions{Fixed: true}
	o.store = func(k *keeper, r *recorder) {
		k.rot = func(name string, b []byte) []byte {
			if len(r.lives) == 1 { // sound up to the crash
				return b
			}
			if stored == nil {
				all, err := k.List("")
				if err != nil {
					t.Fatal(err)
				}
				stored = slices.DeleteFunc(all, func(n string) bool { return strings.HasPrefix(n, "out/") || strings.HasPrefix(n, "txn/") })
			}
			if name == victim {
				b = slices.Clone(b)
				bit := min(8*len(b)-1, int(at*float64(8*len(b))))
				b[bit/8] ^= 1 << (bit % 8)
			}
			return b
		}
	}
	s, err := c.simulator(cell, "", o)
	if err != nil {
		t.Fatal(err)
	}
	if run, err = s.run(1); err != nil {
		t.Fatal(err)
	}
	return run, stored
}

func restoredBy(run *seedRun, epoch int64) (ckpt int64, why string) {
	for _, op := range run.evidence.History.Ops {
		if op.Kind == linearizability.TakeOver && op.Attempt == epoch {
			ckpt, why = op.Ckpt, op.Text
		}
	}
	return ckpt, why
}

// A flipped bit in any stored file of a checkpoint is detected: recovery takes the next older one and says why, and what it restores is whole.
func TestRotIsDetected(t *testing.T) {
	calm, files := rotted(t, 3, "", 0)
	newest, why := restoredBy(calm, 2)
	if newest != 4 || why != "" || len(files) < 8 {
		t.Fatalf("without rot: restored %d, %q, files %v; want 4", newest, why, files)
	}
	fellBack := 0
	for _, name := range files {
		for _, at := range []float64{0, .3, .5, .9, 1} {
			run, _ := rotted(t, 3, name, at)
			h := run.evidence.History
			got, why := restoredBy(run, 2)
			if got < newest {
				fellBack++
				if why == "" {
					t.Errorf("%s, bit at %.1f: restored %d instead of %d and does not say why", name, at, got, newest)
				}
			}
			if h.End != "" {
				t.Errorf("%s, bit at %.1f: %s", name, at, h.End)
			}
			for _, v := range run.verdicts {
				if v.Result == linearizability.Fail {
					t.Errorf("%s, bit at %.1f: restored %d because of %q: %s: %s", name, at, got, why, v.Check, v.Reason)
				}
			}
		}
	}
	if fellBack < 10 {
		t.Errorf("only %d of the flipped bits made a recovery fall back: not exercised", fellBack)
	}
}

// With no checkpoint left the run fails, and says so; it does not begin again from nothing.
func TestRotOfTheOnlyCheckpoint(t *testing.T) {
	_, files := rotted(t, 1, "", 0)
	tried := 0
	for _, name := range files {
		if !strings.HasPrefix(name, "state/1-4-") {
			continue // a broken manifest: the one before it may still be whole
		}
		tried++
		run, _ := rotted(t, 1, name, .5)
		if end := run.evidence.History.End; !strings.Contains(end, "no checkpoint is left to restore") || !strings.Contains(end, name) {
			t.Errorf("%s: the run ended with %q, want that no checkpoint is left, and why", name, end)
		}
	}
	if tried < 2 {
		t.Errorf("%d files tried, of %v", tried, files)
	}
}
