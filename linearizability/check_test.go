package linearizability

import (
	"context"
	"flag"
	"fmt"
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

// alarms judges clean histories and says who objected, and how often each check passed.
func alarms(t *testing.T, checkers []Checker, n int) (problems []string, passed map[string]int) {
	passed = map[string]int{}
	for seed := range uint64(n) {
		for _, v := range checkWith(context.Background(), good(t, seed), Options{Porcupine: true, Workers: 1}, checkers) {
			switch v.Result {
			case Pass:
				passed[v.Check]++
			case NotApplicable:
			default:
				problems = append(problems, fmt.Sprintf("seed %d, %+v: %s is %s: %s (%v, %+v)", seed, sizeOf(seed), v.Check, v.Result, v.Reason, v.Ops, v.Story))
			}
		}
	}
	return problems, passed
}

// No check objects to a run in which everything is right, and each of them passes most of the time: it does not hide behind undecided.
func TestCleanHistories(t *testing.T) {
	problems, passed := alarms(t, Checks(), *seeds)
	for i, p := range problems {
		if t.Error(p); i == 10 {
			t.Fatalf("and %d more", len(problems)-i)
		}
	}
	for _, c := range Checks() {
		t.Logf("%-20s passed %d of %d", c.Name, passed[c.Name], *seeds)
		if passed[c.Name] < *seeds/3 {
			t.Errorf("%s passed %d of %d clean histories, want a third at least", c.Name, passed[c.Name], *seeds)
		}
	}
}

// Without porcupine the models say that they did not judge, and everything else judges as before.
func TestOraclesAlone(t *testing.T) {
	s := sizeOf(1)
	s.timed = true
	vs := Check(context.Background(), goodOf(t, 1, s), Options{})
	for _, v := range vs {
		modelled := v.Check == "linearizability" || v.Check == "checkpoint-catalog"
		if modelled != (v.Result == NotApplicable) {
			t.Errorf("%s is %s: %s", v.Check, v.Result, v.Reason)
		}
	}
	if len(vs) != len(Checks()) {
		t.Errorf("%d verdicts, want %d", len(vs), len(Checks()))
	}
}

// A plan can ask for some of the checks; a name that no check has is undecided, not forgotten.
func TestDemandedChecks(t *testing.T) {
	h := good(t, 1)
	h.Demands.Checks = []string{"digest", "spelling"}
	vs := checkAll(h)
	if len(vs) != 2 || vs[0].Check != "digest" || vs[1].Check != "spelling" || vs[1].Result != Undecided {
		t.Errorf("got %+v", vs)
	}
}

// What is interrupted or takes too long is undecided, never a pass.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, v := range Check(ctx, good(t, 1), Options{Porcupine: true}) {
		if v.Result != Undecided {
			t.Errorf("%s is %s after an interrupt, want undecided", v.Check, v.Result)
		}
	}
	v := find(Check(context.Background(), good(t, 1), Options{Porcupine: true, Timeout: 1}), "linearizability")
	if v.Result != Undecided {
		t.Errorf("linearizability is %s without time, want undecided: %s", v.Result, v.Reason)
	}
}

// The verdict and its story do not depend on how many workers search.
func TestWorkers(t *testing.T) {
	for seed := range uint64(40) {
		h := good(t, seed)
		for i := range h.Ops {
			if op := &h.Ops[i]; op.Kind == Read && len(op.Cursors) > 0 {
				op.Cursors[0].N++
			}
		}
		one := find(Check(context.Background(), h, Options{Porcupine: true, Workers: 1}), "linearizability")
		four := find(Check(context.Background(), h, Options{Porcupine: true, Workers: 4}), "linearizability")
		if one.Reason != four.Reason || fmt.Sprint(one.Ops) != fmt.Sprint(four.Ops) {
			t.Fatalf("seed %d: %q %v with one worker, %q %v with four", seed, one.Reason, one.Ops, four.Reason, four.Ops)
		}
	}
}

// Cutting a partition changes nothing about whether it has an order.
func TestCutsChangeNothing(t *testing.T) {
	for seed := range uint64(400) {
		for _, wrong := range []bool{false, true} {
			h := good(t, seed)
			if wrong && !staleRead(h, rngOf(seed)) {
				continue
			}
			whole := find(Check(context.Background(), h, Options{Porcupine: true, Workers: 1}), "linearizability")
			pieces := find(Check(context.Background(), h, Options{Porcupine: true, Workers: 1, OpsMax: 6}), "linearizability")
			if whole.Result != pieces.Result {
				t.Fatalf("seed %d: %s whole (%s), %s in pieces (%s)", seed, whole.Result, whole.Reason, pieces.Result, pieces.Reason)
			}
		}
	}
}

// When there are too many keys some are searched whole, and the reason says how many.
func TestSampledKeys(t *testing.T) {
	s := sizeOf(5)
	s.keys = 9
	h := goodOf(t, 5, s)
	v := find(Check(context.Background(), h, Options{Porcupine: true, KeysMax: 4}), "linearizability")
	if want := fmt.Sprintf("%d operations on 4 of 9 keys have an order that explains every answer", v.Judged); v.Reason != want {
		t.Errorf("the reason is %q, want %q", v.Reason, want)
	}
	all := find(checkAll(h), "linearizability")
	if v.Judged >= all.Judged {
		t.Errorf("4 keys have %d operations, all have %d", v.Judged, all.Judged)
	}
}

// The final states of the cells of a plan are compared.
func TestCompareFinal(t *testing.T) {
	a, b := good(t, 1), good(t, 1)
	if v := CompareFinal([]*History{a, b}); v.Result != Pass || v.Check != "digest" {
		t.Errorf("equal cells: %+v", v)
	}
	b.Final.Got[0]++
	if v := CompareFinal([]*History{a, b}); v.Result != Fail {
		t.Errorf("unequal cells: %+v", v)
	}
	b.Final = nil
	if v := CompareFinal([]*History{a, b}); v.Result != Undecided {
		t.Errorf("a cell without an end: %+v", v)
	}
	if v := CompareFinal([]*History{a}); v.Result != NotApplicable {
		t.Errorf("one cell: %+v", v)
	}
}

// Checkpoints that are the same cut are compared across cells; those that are another cut are not.
func TestCompareCuts(t *testing.T) {
	run := func(change func(*Cut)) *History {
		h := &History{Mode: ExactlyOnce, Cuts: []Cut{{Ckpt: 1, Epoch: 1, Offsets: []int64{3, 4}, Got: Digest{1, 2}}, {Ckpt: 2, Epoch: 1, Offsets: []int64{5, 6}, Got: Digest{3, 4}}}}
		change(&h.Cuts[1])
		return h
	}
	as := func(*Cut) {}
	for name, c := range map[string]struct {
		b      *History
		want   Result
		judged int64
	}{
		"equal":          {run(as), Pass, 2},
		"another state":  {run(func(c *Cut) { c.Got[1]++ }), Fail, 2},
		"other offsets":  {run(func(c *Cut) { c.Offsets[0]++; c.Got[1]++ }), Pass, 1},
		"other attempt":  {run(func(c *Cut) { c.Epoch++; c.Got[1]++ }), Pass, 1},
		"nothing shared": {&History{Mode: ExactlyOnce}, Undecided, 0},
		"at least once":  {&History{Mode: AtLeastOnce, Cuts: run(func(c *Cut) { c.Got[1]++ }).Cuts}, NotApplicable, 0},
	} {
		if v := CompareCuts([]*History{run(as), c.b}); v.Result != c.want || v.Judged != c.judged || v.Check != "digest" {
			t.Errorf("%s: %+v; want %s of %d", name, v, c.want, c.judged)
		}
	}
}
