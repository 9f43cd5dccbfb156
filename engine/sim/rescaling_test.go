package sim

import (
	"testing"

	"github.com/weirbench/weir/engine"
)

// Whatever strikes, and with whatever number of tasks and sinks each attempt goes on, the output is every count of every key, once.
func TestExactlyOnceAtAnotherParallelism(t *testing.T) {
	seeds := 1000
	if testing.Short() {
		seeds = 150
	}
	attempts, crossed := int64(0), 0
	for seed := range seeds {
		ch := Random(uint64(seed))
		p, o, _ := scenario(ch, 120, wild)
		widths := []int{1 + seed%3, 1 + seed/3%4, 1 + seed/12%5}
		o.Job = func(epoch int64) (*engine.Graph, error) {
			q := *p // older attempts may live on, and read theirs
			q.spec.Parallelism = widths[epoch%3]
			return q.job(epoch)
		}
		obs := newSeen(t)
		o.Observe = obs
		r := Run(o, ch)
		if r.Err != nil || !r.Over {
			t.Fatalf("seed %d: %v after %d steps, %d attempts", seed, r.Err, r.Steps, r.Attempts)
		}
		if why := p.wrong(o.Blobs); why != "" {
			t.Fatalf("seed %d: %s (%d attempts, of %v tasks in turn)", seed, why, r.Attempts, widths)
		}
		attempts += int64(r.Attempts)
		crossed += obs.notes[engine.AtFetched]
	}
	t.Logf("%d attempts of %d runs, %d parts fetched", attempts, seeds, crossed)
	if crossed < seeds/4 {
		t.Error("nearly nothing was restored: the test is empty")
	}
}
