package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/weirbench/weir"
)

// limitBytes is what Go may take of this machine's memory when the state is large, so that its collector does not wait until there is twice as
// much as lives. C++ has its own.
const limitBytes = 9 << 30

// State that is large is filled, snapshotted, lost and restored on every backend: ten million keys in `make nightly`, a share of that else. A
// checkpoint that holds all keys is what comes back, nothing is judged wrong, and all backends end with the same state.
func TestLargeState(t *testing.T) {
	keys, sets := int64(20_000), []string{"workload.keys=20k", "workload.records=50k", "execution.checkpointing.interval=50 ms",
		"phases=[{phase: fill, records: 20k}, {phase: settle, checkpoints: 2}, {phase: measure, records: 10k}, {phase: fault, do: kill, target: task/0}, {phase: recover, records: 10k}, {phase: measure, records: 10k}]"}
	if os.Getenv("WEIR_NIGHTLY") != "" {
		keys, sets = 10_000_000, []string{"size=full"}
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(limitBytes))
	}
	res, folder := ran(t, "large-state", sets)
	for i := range res.Cells {
		c := &res.Cells[i]
		if c.Verdict != "pass" || c.Crashes != 1 {
			t.Errorf("%s: %s with %d crashes, want a pass with 1: %+v", c.Name, c.Verdict, c.Crashes, c.Checks)
			continue
		}
		if got := restored(t, filepath.Join(folder, c.Folder)); got != 2*keys {
			t.Errorf("%s: the checkpoint that was restored holds %d entries, want two of each of %d keys", c.Name, got, keys)
		}
		if said := digest(c); len(res.Cells) > 1 && !strings.Contains(said, "cells ended with the same state") {
			t.Errorf("%s: nothing says that its state is that of the other backends: %s", c.Name, said)
		}
		if m := c.Memory; m.Heap == 0 || m.Collections == 0 {
			t.Errorf("%s: memory was not measured: %+v", c.Name, m)
		}
		if keys := map[bool]int{true: 1, false: 2}[c.Backend == "heap"]; c.Probed == nil || c.Probed.EqualKeys != keys {
			t.Errorf("%s: asked what it does with equal keys it said %+v, want %d", c.Name, c.Probed, keys)
		}
		t.Logf("%s: checkpoint %+v, sync %+v, recovery %+v, memory %+v", c.Name, c.Checkpoint, c.CheckpointSync, c.Phases, c.Memory)
	}
}

// ran runs a scenario of this build once.
func ran(t *testing.T, name string, sets []string) (*weir.Results, string) {
	t.Helper()
	out := t.TempDir()
	res, err := weir.Run(t.Context(), everything(), planned(t, name, sets), weir.RunOptions{Out: out, Keep: "never"})
	if err != nil {
		t.Fatal(err)
	}
	return res, filepath.Join(out, res.Run)
}

// planned is one repetition of a scenario of this build.
func planned(t *testing.T, name string, sets []string) *weir.Plan {
	t.Helper()
	c := everything()
	for _, s := range c.Scenarios {
		if s.Name != name {
			continue
		}
		scenario, err := weir.Parse(name, s.YAML, c, sets)
		if err != nil {
			t.Fatal(err)
		}
		seed := uint64(1)
		plan, err := scenario.Plan(c, weir.PlanOptions{Seed: &seed, Reps: 1})
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	t.Fatalf("no scenario %s", name)
	return nil
}

// restored is how many entries the checkpoint holds that a cell's one recovery came from.
func restored(t *testing.T, dir string) int64 {
	t.Helper()
	var recovery weir.RecoveryTimes
	lines(t, filepath.Join(dir, "recoveries-01.ndjson"), func(b []byte) error { return json.Unmarshal(b, &recovery) })
	var entries int64
	lines(t, filepath.Join(dir, "checkpoints-01.ndjson"), func(b []byte) error {
		var c weir.CheckpointTimes
		err := json.Unmarshal(b, &c)
		if c.Ckpt == recovery.Ckpt && c.Completed >= 0 && c.Epoch < recovery.Epoch {
			entries = c.Entries
		}
		return err
	})
	return entries
}

func lines(t *testing.T, name string, each func([]byte) error) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if err := each(s.Bytes()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
}

// digest is what the check of digests said of a cell.
func digest(c *weir.CellResult) string {
	for _, k := range c.Checks {
		if k.Name == "digest" {
			return k.Reason
		}
	}
	return ""
}
