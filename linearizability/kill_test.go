package linearizability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// corrupted is how many histories each corruption is tried on.
const corrupted = 60

// A score is how often a check noticed a corruption.
type score struct {
	tried int
	found map[string]int
}

// matrix corrupts histories in every way that one check should notice ("": in every way) and counts who does; problems are what should
// have been noticed and was not.
func matrix(t *testing.T, checkers []Checker, by string) (scores []score, problems []string) {
	for ci, c := range corruptions() {
		s := score{found: map[string]int{}}
		if by != "" && !slices.Contains(c.finds, by) {
			continue
		}
		for seed := uint64(0); s.tried < corrupted && seed < 4000; seed++ {
			h := good(t, seed)
			if !c.do(h, rand.New(rand.NewPCG(seed, uint64(ci)))) {
				continue
			}
			s.tried++
			vs := checkWith(context.Background(), h, Options{Porcupine: true, Workers: 1}, checkers)
			for _, v := range vs {
				if v.Result == c.want {
					s.found[v.Check]++
				}
			}
			for _, name := range c.finds {
				if v := find(vs, name); v == nil || v.Result != c.want {
					problems = append(problems, fmt.Sprintf("%s, seed %d: %s says %+v, want %s", c.name, seed, name, v, c.want))
				}
			}
		}
		if s.tried < corrupted/4 {
			problems = append(problems, fmt.Sprintf("%s: could be tried on %d histories, want %d", c.name, s.tried, corrupted/4))
		}
		scores = append(scores, s)
	}
	return scores, problems
}

// Every corruption is noticed by the checks that are there for it, each time.
func TestCorruptionsAreNoticed(t *testing.T) {
	scores, problems := matrix(t, Checks(), "")
	for i, p := range problems {
		if t.Errorf("%s", p); i == 20 {
			t.Fatal("and more")
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-46s", "of 100")
	for _, c := range Checks() {
		fmt.Fprintf(&b, " %8.8s", c.Name)
	}
	for i, c := range corruptions() {
		fmt.Fprintf(&b, "\n%-46s", c.name)
		for _, k := range Checks() {
			mark := " "
			if slices.Contains(c.finds, k.Name) {
				mark = "*"
			}
			fmt.Fprintf(&b, " %7d%s", scores[i].found[k.Name]*100/max(1, scores[i].tried), mark)
		}
	}
	t.Log(b.String())
}

// A checker that always says the same is noticed: one that never objects by a corruption, one that always does by a clean history.
func TestBlindCheckersAreNoticed(t *testing.T) {
	for i, c := range Checks() {
		for _, always := range []Result{Pass, Fail} {
			blind := Checks()
			blind[i].Judge = func(context.Context, *View, Options) Verdict { return Verdict{Result: always, Reason: "as always"} }
			blind[i].Rests = 0
			noticed := false
			if always == Pass {
				_, problems := matrix(t, blind, c.Name)
				noticed = slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, c.Name+" says") })
			} else {
				problems, _ := alarms(t, blind, 3)
				noticed = slices.ContainsFunc(problems, func(p string) bool { return strings.Contains(p, ": "+c.Name+" is ") })
			}
			if !noticed {
				t.Errorf("%s always says %s, and no test notices", c.Name, always)
			}
		}
	}
}

// What is unusual and right raises no alarm.
func TestBenignChanges(t *testing.T) {
	benign := map[string]func(h *History){
		"an acknowledgement comes after the fence": func(h *History) {
			for i := range h.Ops {
				l := h.Attempts[h.Ops[i].Attempt-1]
				if op := &h.Ops[i]; op.Kind == Apply && known(op) && l.Fence != 0 && !l.Zombie && i%7 == 0 {
					op.Return = l.Fence + 1
				}
			}
		},
		"reads take longer": func(h *History) {
			for i := range h.Ops {
				if op := &h.Ops[i]; op.Kind == Read && i%3 == 0 {
					op.Return += 40
				}
			}
		},
		"no operation has a time": func(h *History) {
			for i := range h.Ops {
				h.Ops[i].At = 0
			}
		},
		"reads of a key that the input does not have find nothing": func(h *History) {
			h.spread()
			h.insert(Op{Kind: Read, Attempt: 1, Call: 15, Return: 16, Key: -1})
		},
	}
	for name, change := range benign {
		for seed := range uint64(300) {
			h := good(t, seed)
			change(h)
			for _, v := range checkAll(h) {
				if v.Result == Fail {
					t.Fatalf("%s, seed %d: %s fails: %s", name, seed, v.Check, v.Reason)
				}
			}
		}
	}
}
