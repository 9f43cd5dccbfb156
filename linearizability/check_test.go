package linearizability

import (
	"context"
	"flag"
	"testing"
)

var seeds = flag.Int("seeds", 2500, "clean histories that no check may object to")

func checkAll(h *History) []Verdict {
	return Check(context.Background(), h, Options{Porcupine: true, Workers: 1})
}

func find(vs []Verdict, name string) *Verdict {
	for i := range vs {
		if vs[i].Check == name {
			return &vs[i]
		}
	}
	return nil
}

// No check objects to a run in which everything is right, and each of them passes most of the time: it does not hide behind undecided.
func TestCleanHistories(t *testing.T) {
	passed := map[string]int{}
	for seed := range uint64(*seeds) {
		h := good(t, seed)
		for _, v := range checkAll(h) {
			switch v.Result {
			case Pass:
				passed[v.Check]++
			case NotApplicable:
			default:
				t.Errorf("seed %d, %+v: %s is %s: %s", seed, sizeOf(seed), v.Check, v.Result, v.Reason)
				if v.Story != nil {
					t.Logf("%s Ops %v", v.Story.Say, v.Ops)
				}
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	for _, c := range Checks() {
		t.Logf("%-20s passed %d of %d", c.Name, passed[c.Name], *seeds)
		if passed[c.Name] < *seeds/3 {
			t.Errorf("%s passed %d of %d clean histories, want a third at least", c.Name, passed[c.Name], *seeds)
		}
	}
}
