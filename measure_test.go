package weir

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/linearizability"
)

// recoveryOf draws a recovery whose phases follow each other; some restored nothing.
func recoveryOf(r *rand.Rand) RecoveryTimes {
	at := int64(r.IntN(1000))
	next := func() int64 { at += int64(r.IntN(100_000)); return at }
	t := RecoveryTimes{Struck: next(), Detected: next(), Restarting: next(), Fetched: -1, Restored: -1}
	if r.IntN(4) > 0 {
		t.Fetched, t.Restored = next(), next()
	}
	t.Running, t.Reprocessed = next(), next()
	return t
}

// What a report shows as the recovery time of a cell is what it shows as its phases, added up; the scan that verifies is in neither.
func TestPhasesAddUpToTheTotal(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 40; n++ {
		var s samples
		verify := map[float64]float64{}
		for range n {
			rec := recoveryOf(r)
			s.recoveries, s.recovery = append(s.recoveries, rec), append(s.recovery, rec.Total())
			if rec.Restored >= 0 {
				verify[rec.Total()] = float64(rec.Running-rec.Restored) / 1e6
			}
			if whole := float64(rec.Reprocessed-rec.Struck-rec.verify()) / 1e6; math.Abs(whole-rec.Total()) > 1e-9 {
				t.Fatalf("%+v took %g s from the strike to the end without the scan, its phases say %g", rec, whole, rec.Total())
			}
		}
		var c CellResult
		s.fill(&c)
		sum := 0.0
		for _, p := range c.Phases {
			sum += p.Seconds
		}
		if sum != c.Recovery.P95 || c.Verify != verify[sum] {
			t.Errorf("%d recoveries: the phases add up to %g and the scan took %g; want %g, %g", n, sum, c.Verify, c.Recovery.P95, verify[sum])
		}
	}
}

// A recovery that did not end has no total.
func TestRecoveryThatDidNotEnd(t *testing.T) {
	if got := (&RecoveryTimes{Struck: 5, Detected: 7, Reprocessed: -1}).Total(); got != -1 {
		t.Errorf("Total() = %g, want -1", got)
	}
}

func TestHeadline(t *testing.T) {
	cells := func(verdicts ...string) (r Results) {
		for i, v := range verdicts {
			r.Cells = append(r.Cells, CellResult{Name: string(rune('a' + i)), Verdict: v, Crashes: 1})
		}
		return r
	}
	simulated := cells("pass")
	simulated.Sim = &SimResult{Seeds: 10, Passed: 9, Vacuous: 1}
	alarmed := cells("pass")
	alarmed.Sim = &SimResult{Seeds: 10, Passed: 9, Failed: 1}
	for _, c := range []struct {
		r       Results
		repeats bool
		want    string
	}{
		{cells("pass", "pass"), false, "2 of 2 cells verified · 0 lost · 0 duplicated · 2 crashes"},
		{cells("pass"), true, "1 of 1 cells verified · 0 lost · 1 crash"},
		{cells("pass", "fail", "undecided"), false, "1 of 3 cells is wrong: b · 1 verified · 3 crashes"},
		{cells("fail", "fail", "fail", "fail"), false, "4 of 4 cells are wrong: a, b and 2 more · 0 verified · 4 crashes"},
		{cells("undecided", "pass"), false, "1 of 2 cells is not decided: a · 1 verified · 2 crashes"},
		{simulated, false, "1 of 1 cells verified · 0 lost · 0 duplicated · 1 crash · 9 simulated seeds without alarm"},
		{alarmed, false, "1 of 1 cells verified · 0 lost · 0 duplicated · 1 crash · 1 of 10 simulated seeds failed"},
		{cells(), false, "no cell ran"},
	} {
		if got := headline(&c.r, c.repeats); got != c.want {
			t.Errorf("headline is %q, want %q", got, c.want)
		}
	}
}

// The fault that ended an attempt is told in words; a later one, or one that only slowed it, is not blamed.
func TestBlame(t *testing.T) {
	h := &linearizability.History{
		Attempts: []linearizability.Attempt{{Epoch: 1, Start: 1, Fence: 50}, {Epoch: 2, Start: 60, Fence: 90}, {Epoch: 3, Start: 95}},
		Strikes: []linearizability.Strike{
			{Text: "{at: checkpoint.uploaded, checkpoint: 3, do: kill, target: task/0}", Struck: 1, Call: 40},
			{Text: "{after: 500 records, do: delay}", Struck: 1, Call: 45},
			{Text: "{after: 900 records, do: zombie}", Struck: 1, Call: 80},
			{Text: "{do: kill, after: 1000 records, target: all}", Struck: 1, Call: 99},
		},
	}
	(&recorder{h: h}).blame()
	for i, want := range []string{"task/0 was killed at checkpoint.uploaded of checkpoint 3", "a machine was declared dead, and lived on, after 900 records", ""} {
		if got := h.Attempts[i].Why; got != want {
			t.Errorf("attempt %d ended because %q, want %q", i+1, got, want)
		}
	}
}
