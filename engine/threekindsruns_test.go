package engine_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/blobs"
	e "github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/live"
	"github.com/weirbench/weir/engine/sim"
)

// kinds are the backends, and all of them in turn.
func kinds() []string { return append(every.Names(every.Backend()), inTurn) }

func twenty() e.Restart { return e.Restart{Strategy: "fixed-delay", Attempts: 20, Delay: 10} }

func first(lines []string) string {
	return strings.Join(lines[:min(len(lines), 5)], "\n")
}

// simulated runs the job once.
func (j *three) simulated(seed uint64) (*sim.Result, backends.Blobs) {
	b := blobs.NewMemory()
	return sim.Run(sim.Options{Job: j.job, Blobs: b, Restart: twenty(), Inject: j, Observe: j, Chaos: sim.Chaos{Slow: true, Fail: true, Ambiguous: true, Late: true}}, sim.Random(seed)), b
}

// drawn is the job of a seed.
func drawn(on string, seed uint64) *three {
	j := newThree(on, 200, []int64{10, 25}[seed%2], [][]int{{2, 3, 1}, {1, 3, 2}, {3, 1, 2}, {2, 2, 4}, {4, 4, 4}}[seed%5]...)
	j.spec.Batch, j.spec.Interval = 3, 40
	return j
}

// Wherever it is struck, one job with contents of windows, keyed state and operator state comes back with all three, and so on every backend: what
// belongs to no key is the same on each.
func TestThreeKindsOfStateComeBack(t *testing.T) {
	held := map[uint64]string{} // by seed: the operator state that was restored
	for _, on := range kinds() {
		t.Run(on, func(t *testing.T) {
			restored, crossed := 0, 0
			for seed := range uint64(10) {
				j := drawn(on, seed)
				r, b := j.simulated(seed)
				if r.Err != nil || !r.Over {
					t.Fatalf("seed %d: %v after %d steps, %d attempts", seed, r.Err, r.Steps, r.Attempts)
				}
				n, wrong := j.judge()
				if wrong = append(wrong, j.ended(t, b)...); len(wrong) > 0 {
					t.Fatalf("seed %d: %s", seed, first(wrong))
				}
				restored += n
				for epoch, was := range j.author {
					if len(j.keepers[was]) != len(j.keepers[epoch]) {
						crossed++
					}
				}
				is := fmt.Sprint(j.held)
				if was := cmp.Or(held[seed], is); was != is {
					t.Errorf("seed %d: the operator state of each attempt is %s, and was %s on another backend", seed, is, was)
				}
				held[seed] = is
			}
			t.Logf("%d attempts began with all three, %d of a checkpoint of another number of tasks", restored, crossed)
			if restored < 15 || crossed < 8 {
				t.Errorf("%d attempts began with all three, %d of a checkpoint of another number of tasks: not exercised", restored, crossed)
			}
		})
	}
}

// So does it on goroutines.
func TestThreeKindsOfStateComeBackLive(t *testing.T) {
	for _, on := range kinds() {
		t.Run(on, func(t *testing.T) {
			j := newThree(on, 10_000, 200, 2, 3, 1)
			j.spec.Batch, j.spec.Interval = 64, 500
			b := blobs.NewMemory()
			res, err := live.Run(context.Background(), live.Options{Job: j.job, Blobs: b, Restart: twenty(), Inject: j, Observe: j})
			if err != nil || !res.Over {
				t.Fatalf("%v after %d attempts", err, res.Attempts)
			}
			restored, wrong := j.judge()
			if wrong = append(wrong, j.ended(t, b)...); len(wrong) > 0 {
				t.Fatal(first(wrong))
			}
			if restored < 1 || restored != j.struck || res.Attempts != 1+j.struck { // a slow machine may have read all before the second strike
				t.Errorf("%d of %d attempts began with all three, struck %d times; want as many as strikes, and one more attempt", restored, res.Attempts, j.struck)
			}
		})
	}
}

// loses is a store that restores nothing of one state.
type loses struct {
	backends.Store
	state string
}

func (s loses) Restore(x *backends.Entry) error {
	if x.State == s.state {
		return nil
	}
	return s.Store.Restore(x)
}

// What is lost of one of the three is seen, and said of that one.
func TestThreeKindsOfStateLost(t *testing.T) {
	for _, c := range []struct {
		name, want string
		plant      func(*three)
	}{
		{"contents of windows", "window contents", func(j *three) { j.plant = func(s backends.Store) backends.Store { return loses{s, "window-contents"} } }},
		{"keyed state", "keyed state", func(j *three) { j.plant = func(s backends.Store) backends.Store { return loses{s, "seen"} } }},
		{"operator state", "is told that there is no checkpoint", func(j *three) { j.asks = false }},
		{"split-element-lost", "the split list", nil},
		{"union-list-split", "the union list", nil},
		{"broadcast-on-first-task", "the broadcast map", nil},
		{"operator-state-not-copied", "the split list", nil},
		{"restore-skips-group", "window contents", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			said := map[string]int{}
			for seed := range uint64(8) {
				j := drawn("heap", seed)
				if j.spec.Planted = (&e.Planted{Name: c.name}); c.plant != nil {
					j.spec.Planted = nil
					c.plant(j)
				}
				j.simulated(seed)
				_, wrong := j.judge()
				for _, kind := range []string{"window contents", "keyed state", "the split list", "the union list", "the broadcast map", "is told that there is no checkpoint"} {
					if strings.Contains(strings.Join(wrong, "\n"), kind) {
						said[kind]++
					}
				}
			}
			t.Log(said)
			if said[c.want] == 0 {
				t.Errorf("of 8 seeds none says %q: %v", c.want, said)
			}
		})
	}
}
