package window

import (
	"fmt"
	"math"

	"github.com/weirbench/weir/backends/tables"
)

// The states of the triggers that have one.
const (
	countState = "trigger-count"
	nextState  = "trigger-next"
)

// AtCount is a trigger that fires for every nth record of a window.
func AtCount[K comparable, V any](n int64) Trigger[K, V] { return &counted[K, V]{n: n} }

type counted[K comparable, V any] struct {
	n    int64
	seen tables.Value[Window, uint64]
}

func (t *counted[K, V]) Open(s *tables.Scope[K]) (err error) {
	if t.n <= 0 {
		return fmt.Errorf("a trigger for every %d records; want more than 0", t.n)
	}
	t.seen, err = tables.OpenValue(s, countState, Namespace{}, tables.Uint64{})
	return err
}

func (t *counted[K, V]) OnElement(c *Context, _ V, _ int64) Result {
	n, _ := t.seen.Get(c.Window)
	if n++; n >= uint64(t.n) {
		t.seen.Clear(c.Window)
		return Fire
	}
	t.seen.Set(c.Window, n)
	return Continue
}

func (t *counted[K, V]) OnEventTime(*Context, int64) Result      { return Continue }
func (t *counted[K, V]) OnProcessingTime(*Context, int64) Result { return Continue }

func (t *counted[K, V]) OnMerge(c *Context, from []Window) {
	sum := uint64(0)
	for _, w := range from {
		n, _ := t.seen.Get(w)
		sum += n
	}
	if sum > 0 {
		t.seen.Set(c.Window, sum)
	}
}

func (t *counted[K, V]) Clear(c *Context) { t.seen.Clear(c.Window) }

// EveryEventTime is a trigger that fires whenever event time has passed a multiple of an interval, from the first one behind a record on, and
// when it has passed the window, as AtEventTime does.
func EveryEventTime[K comparable, V any](interval int64) Trigger[K, V] {
	return &continuous[K, V]{of: EventTime, every: interval}
}

// EveryProcessingTime is a trigger that fires whenever processing time has passed a multiple of an interval, from the first one behind the
// arrival of a record on.
func EveryProcessingTime[K comparable, V any](interval int64) Trigger[K, V] {
	return &continuous[K, V]{of: ProcessingTime, every: interval}
}

// continuous keeps the time at which it fires next.
type continuous[K comparable, V any] struct {
	of    Time
	every int64
	next  tables.Value[Window, uint64]
}

func (t *continuous[K, V]) Open(s *tables.Scope[K]) (err error) {
	if t.every <= 0 {
		return fmt.Errorf("a trigger for every interval of %d; want more than 0", t.every)
	}
	t.next, err = tables.OpenValue(s, nextState, Namespace{}, tables.Uint64{})
	return err
}

func (t *continuous[K, V]) OnElement(c *Context, _ V, at int64) Result {
	if t.of == ProcessingTime {
		at = c.now
	} else {
		if c.Window.Max() <= c.mark {
			return Fire
		}
		c.end(EventTime)
	}
	if _, ok := t.next.Get(c.Window); !ok {
		t.schedule(c, plus(floor(at, t.every, 0), t.every))
	}
	return Continue
}

// schedule registers the next firing, which is never behind the end of a window of the same time. What does not end with the input fires once
// more at the end of time, and not for every interval until then.
func (t *continuous[K, V]) schedule(c *Context, at int64) {
	switch {
	case t.of == c.of:
		at = min(at, c.Window.Max())
	case t.of == EventTime && c.mark == math.MaxInt64:
		at = math.MaxInt64
	}
	t.next.Set(c.Window, uint64(at))
	c.Register(t.of, at)
}

func (t *continuous[K, V]) OnEventTime(c *Context, at int64) Result {
	if t.of == EventTime && at == c.Window.Max() {
		return Fire
	}
	return t.due(c, EventTime, at)
}

func (t *continuous[K, V]) OnProcessingTime(c *Context, at int64) Result {
	return t.due(c, ProcessingTime, at)
}

func (t *continuous[K, V]) due(c *Context, of Time, at int64) Result {
	if next, ok := t.next.Get(c.Window); !ok || of != t.of || int64(next) != at {
		return Continue
	}
	if t.of == c.of && at >= c.Window.Max() || at == math.MaxInt64 { // nothing comes behind it
		t.next.Clear(c.Window)
	} else {
		t.schedule(c, plus(at, t.every))
	}
	return Fire
}

func (t *continuous[K, V]) OnMerge(c *Context, from []Window) {
	least, any := int64(math.MaxInt64), false
	for _, w := range from {
		if next, ok := t.next.Get(w); ok {
			least, any = min(least, int64(next)), true
		}
	}
	if any {
		t.next.Set(c.Window, uint64(least))
		c.Register(t.of, least)
	}
}

func (t *continuous[K, V]) Clear(c *Context) {
	if next, ok := t.next.Get(c.Window); ok {
		c.Delete(t.of, int64(next))
		t.next.Clear(c.Window)
	}
	if t.of == EventTime {
		c.Delete(EventTime, c.Window.Max())
	}
}
