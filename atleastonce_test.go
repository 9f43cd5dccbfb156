package weir

import (
	"testing"

	"github.com/weirbench/weir/linearizability"
)

func looseCell(backend string) *Cell {
	c := simCell(backend)
	c.Mode = linearizability.AtLeastOnce
	return c
}

// At least once, whatever strikes: nothing is lost and only what was replayed is repeated, and no check minds that.
func TestCleanSeedsAtLeastOnce(t *testing.T) {
	seeds := map[string]int{"heap": scale(400, 4000), "pebble": scale(50, 500), "rocksdb": scale(40, 500)}
	for _, b := range testBackends() {
		t.Run(b, func(t *testing.T) { t.Parallel(); cleanSeeds(t, looseCell(b), seeds[b]) })
	}
}

// So it is where partitions are idle, and where state belongs to no key: what comes behind a barrier may come before the snapshot.
func TestJobsAtLeastOnce(t *testing.T) {
	for name, params := range map[string]map[string]string{"count": idleParams(), "broadcast-rules": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := jobCell("heap", name, params)
			c.Mode = linearizability.AtLeastOnce
			cleanSeeds(t, c, scale(100, 500))
		})
	}
}

// A record that is lost, or counted again without having been replayed, is found at least once too.
func TestAtLeastOnceIsJudged(t *testing.T) {
	for _, m := range []string{"lost-record", "duplicated-record", "sink-forgets-aborted"} {
		s := simulatorOf(t, looseCell("heap"), SimOptions{Faults: 3, Mutant: m})
		first := ""
		for seed := range uint64(100) {
			run, err := s.run(seed)
			if err != nil {
				t.Fatal(err)
			}
			if v := verdictOf(run, "exactly-once"); v.Result == linearizability.Fail {
				first = v.Reason
				break
			}
		}
		if first == "" {
			t.Errorf("%s is not found within 100 seeds", m)
		}
	}
}

// Some seed must repeat rows in the output, or the mode was never tried.
func TestAtLeastOnceRepeats(t *testing.T) {
	s := simulatorOf(t, looseCell("heap"), SimOptions{Faults: 3})
	repeated := 0
	for seed := range uint64(100) {
		run, err := s.run(seed)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[linearizability.ID]bool{}
		for _, txn := range run.evidence.History.Output {
			for _, id := range txn.IDs {
				if seen[id] {
					repeated++
				}
				seen[id] = true
			}
		}
	}
	if repeated == 0 {
		t.Error("no row was repeated on 100 seeds")
	}
}
