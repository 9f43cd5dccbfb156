package weir

import (
	"slices"
	"testing"

	"github.com/weirbench/weir/linearizability"
)

// Every check has a planted bug that it alone is credited for, and every planted bug says after which real one it is made.
func TestEveryCheckHasAMutantOfItsOwn(t *testing.T) {
	own, names := map[string]int{}, map[string]bool{}
	for _, m := range mutants() {
		if names[m.Name] {
			t.Errorf("two mutants are called %s", m.Name)
		}
		names[m.Name] = true
		switch {
		case m.Benign != (len(m.Checks) == 0) || m.Benign != (m.Ticket == ""):
			t.Errorf("%s: benign %v, checks %v, after %q; want checks and a ticket unless it is benign", m.Name, m.Benign, m.Checks, m.Ticket)
		case len(m.Checks) == 1:
			own[m.Checks[0]]++
		}
	}
	var checks []string
	for _, c := range linearizability.Checks() {
		if checks = append(checks, c.Name); own[c.Name] == 0 {
			t.Errorf("no mutant is %s's alone", c.Name)
		}
	}
	for c := range own {
		if !slices.Contains(checks, c) {
			t.Errorf("a mutant is for the check %q, which does not exist", c)
		}
	}
}

// What timers and watermarks can do wrong the checks made for them find without any other.
func TestTimerBugsAreFoundByTheirOwnChecks(t *testing.T) {
	for _, b := range testBackends()[:scale(1, len(testBackends()))] { // what they sit in is the engine's, but for one
		t.Run(b, func(t *testing.T) {
			tried := map[string]int{}
			for _, m := range mutants() {
				for _, check := range []string{"timers", "watermarks"} {
					if slices.Contains(m.Checks, check) {
						tried[check]++
						foundBy(t, m, b, check)
					}
				}
			}
			if tried["timers"] < 6 || tried["watermarks"] < 3 {
				t.Errorf("tried are %v mutants, want 6 of timers and 3 of watermarks at least", tried)
			}
		})
	}
}

// What a restore loses of state with a TTL that no record looks for again nothing sees but what the digest holds of it: without that all checks pass.
func TestColdEntriesAreSeenByTheDigestAlone(t *testing.T) {
	all, c := mutants(), testCatalog()
	m := all[slices.IndexFunc(all, func(m mutant) bool { return m.Name == "ttl-lost-where-cold" })]
	s, err := c.simulator(m.cell("heap", ""), "", SimOptions{Faults: 3, Wrap: m.wrap})
	if err != nil {
		t.Fatal(err)
	}
	failed := func(all []linearizability.Verdict) (by []string) {
		for _, v := range all {
			if v.Result == linearizability.Fail {
				by = append(by, v.Check)
			}
		}
		return by
	}
	seen := 0
	for seed := range uint64(25) {
		run, err := s.run(seed)
		if err != nil {
			t.Fatal(err)
		}
		if by := failed(run.verdicts); slices.Equal(by, []string{"digest"}) {
			seen++
		} else if by != nil {
			t.Errorf("seed %d: %v fail, want the digest alone", seed, by)
		}
		h := run.evidence.History
		for i := range h.Ops {
			h.Ops[i].Lives = nil
		}
		if by := failed(judge(h, 0, false)); by != nil {
			t.Errorf("seed %d: %v fail without what the digest holds of state with a TTL; want nothing to", seed, by)
		}
	}
	if seen < 5 {
		t.Errorf("the digest saw it in %d of 25 seeds, want 5 at least", seen)
	}
}

// foundBy fails unless a check finds a mutant without any other.
func foundBy(t *testing.T, m mutant, backend, check string) {
	t.Helper()
	c, k := testCatalog(), Kill{Backend: backend, Budget: 25}
	m.Checks = []string{check}
	if err := k.try(t.Context(), &c, &m); err != nil {
		t.Fatal(err)
	}
	if !k.OK() || k.By != check {
		t.Errorf("%s: killed by %q at seed %d of %d, %d hits, control %s; want it killed by %s", m.Name, k.By, k.First, k.Budget, k.Hits, k.Control, check)
	}
}

// A large input tells of the timers of some keys, and how large their share is.
func TestTimersOfALargeInput(t *testing.T) {
	for _, c := range []struct {
		records int64
		share   float64
		mask    uint32
	}{{0, 1, 0}, {timersRecords, 1, 0}, {timersRecords + 1, 0.5, 1}, {timersRecords * 16, 1. / 16, 15}} {
		if share, mask := timersOf(c.records); share != c.share || mask != c.mask {
			t.Errorf("%d records: a share of %v by mask %x, want %v by %x", c.records, share, mask, c.share, c.mask)
		}
	}
}
