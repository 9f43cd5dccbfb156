package window

import (
	"iter"
	"math"
	"testing"

	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// forgetting is a trigger that deletes the end of its window when a timer of its own fires, which it registers at the first records.
type forgetting struct{ Never[uint64, uint64] }

func (forgetting) OnElement(c *Context, _ uint64, at int64) Result {
	if at < 5 {
		c.Register(EventTime, at+1)
	}
	return Continue
}

func (forgetting) OnEventTime(c *Context, at int64) Result {
	if at < c.Window.Max() {
		c.Delete(EventTime, c.Window.Max())
	}
	return Continue
}

// A window is cleaned up though its trigger deletes the timer for that, at a record or at a timer: the next record registers it again.
func TestTriggerDeletesTheEnd(t *testing.T) {
	for name, trigger := range map[string]Trigger[uint64, uint64]{
		"at a record": deleting{Never[uint64, uint64]{}, 0},
		"purging":     Purging[uint64, uint64]{deleting{Never[uint64, uint64]{}, 0}},
		"at a timer":  forgetting{},
	} {
		for _, store := range names() {
			c := config{Assigner: Tumbling[uint64]{Size: 10}, Element: tables.Uint64{}, Trigger: trigger}
			for function, o := range map[string]*op{
				"process":   Process(c, quiet[iter.Seq[uint64]]()),
				"aggregate": Aggregate(c, tables.Uint64{}, counts[uint64](), quiet[uint64]()),
				"reduce":    Reduce(c, func(a, b uint64) uint64 { return a + b }, quiet[uint64]()),
			} {
				r := newRig(t, stores()[store], engine.Operator[uint64, uint64, string](o), func(uint64, string) {})
				r.add(1, 1, 3)
				r.send(4)
				r.add(1, 2, 8)
				r.send(math.MaxInt64)
				if left := r.entries(); len(left) > 0 {
					t.Errorf("%s, %s on %s: %d entries are left at the end of time, want none", name, function, store, len(left))
				}
			}
		}
	}
}
