package window

import "github.com/weirbench/weir/backends/tables"

// A Result is what becomes of a window's contents.
type Result uint8

const (
	Continue     Result = 0
	Fire         Result = 1 // they go to the function
	Purge        Result = 2 // they are forgotten, after Fire. Timers, the trigger's state and the function's stay
	FireAndPurge        = Fire | Purge
)

// A Trigger says when. It is called with the key current and the window in c. Its states lie in the window's own namespace, with sessions too,
// so that they can merge.
type Trigger[K comparable, V any] interface {
	// Open opens its states.
	Open(s *tables.Scope[K]) error
	// OnElement is told of a record, which is in the window's contents already. at is its time.
	OnElement(c *Context, v V, at int64) Result
	// OnEventTime and OnProcessingTime are told of a timer of the window, whoever registered it.
	OnEventTime(c *Context, at int64) Result
	OnProcessingTime(c *Context, at int64) Result
	// OnMerge is told that windows have become the one in c, which has no state yet: what is in theirs moves there. They are cleared next.
	OnMerge(c *Context, from []Window)
	// Clear forgets the window's state and timers. It is called when the window is over, not when its contents are purged.
	Clear(c *Context)
}

// A Context is what a trigger may know and do. It is valid during the call.
type Context struct {
	Window Window

	event, proc alarms
	of          Time // the assigner's
	mark, now   int64
	kept        bool // the window had contents before and its cleanup timer is registered
	strict      bool // and is for Window.Max(): there is no lateness
	fires       Time // the kind of timer that fires now; NoTime: none
	at          int64
}

// alarms are timers whose namespace is a window.
type alarms interface {
	Register(at int64, w Window)
	Delete(at int64, w Window)
}

// Watermark is event time: math.MinInt64 before the first watermark.
func (c *Context) Watermark() int64 { return c.mark }

// Now is processing time.
func (c *Context) Now() int64 { return c.now }

// Register registers a timer of the window, EventTime or ProcessingTime.
func (c *Context) Register(t Time, at int64) {
	if t == c.fires && at == c.at {
		c.fires = NoTime // it is there again
	}
	if t == EventTime {
		c.event.Register(at, c.Window)
	} else {
		c.proc.Register(at, c.Window)
	}
}

// Delete deletes one. The timer that fires is gone already.
func (c *Context) Delete(t Time, at int64) {
	switch {
	case t == c.fires && at == c.at:
	case t == EventTime:
		c.event.Delete(at, c.Window)
	default:
		c.proc.Delete(at, c.Window)
	}
}

// end registers a timer for the last time of the window. It is there already where the window has contents and is cleaned up at that time: for
// every record but the first, which is most of what windows do.
func (c *Context) end(t Time) {
	if !c.kept || !c.strict || t != c.of {
		c.Register(t, c.Window.Max())
	}
}

// AtEventTime fires when the watermark has passed the window, and then for each record that is late and allowed. It is what a window of event
// time has when nothing is said.
type AtEventTime[K comparable, V any] struct{}

func (AtEventTime[K, V]) Open(*tables.Scope[K]) error { return nil }

func (AtEventTime[K, V]) OnElement(c *Context, _ V, _ int64) Result {
	if c.Window.Max() <= c.mark {
		return Fire
	}
	c.end(EventTime)
	return Continue
}

func (AtEventTime[K, V]) OnEventTime(c *Context, at int64) Result {
	if at == c.Window.Max() {
		return Fire
	}
	return Continue
}

func (AtEventTime[K, V]) OnProcessingTime(*Context, int64) Result { return Continue }

func (AtEventTime[K, V]) OnMerge(c *Context, _ []Window) {
	if c.Window.Max() > c.mark { // or the record that comes next fires it, and a timer would do so again
		c.Register(EventTime, c.Window.Max())
	}
}

func (AtEventTime[K, V]) Clear(c *Context) { c.Delete(EventTime, c.Window.Max()) }

// AtProcessingTime fires when the window's last microsecond is over.
type AtProcessingTime[K comparable, V any] struct{}

func (AtProcessingTime[K, V]) Open(*tables.Scope[K]) error { return nil }

func (AtProcessingTime[K, V]) OnElement(c *Context, _ V, _ int64) Result {
	c.end(ProcessingTime)
	return Continue
}

func (AtProcessingTime[K, V]) OnEventTime(*Context, int64) Result { return Continue }

func (AtProcessingTime[K, V]) OnProcessingTime(*Context, int64) Result { return Fire }

func (AtProcessingTime[K, V]) OnMerge(c *Context, _ []Window) {
	if c.Window.Max() > c.now {
		c.Register(ProcessingTime, c.Window.Max())
	}
}

func (AtProcessingTime[K, V]) Clear(c *Context) { c.Delete(ProcessingTime, c.Window.Max()) }

// Never never fires. It is what the window of everything has when nothing is said.
type Never[K comparable, V any] struct{}

func (Never[K, V]) Open(*tables.Scope[K]) error             { return nil }
func (Never[K, V]) OnElement(*Context, V, int64) Result     { return Continue }
func (Never[K, V]) OnEventTime(*Context, int64) Result      { return Continue }
func (Never[K, V]) OnProcessingTime(*Context, int64) Result { return Continue }
func (Never[K, V]) OnMerge(*Context, []Window)              {}
func (Never[K, V]) Clear(*Context)                          {}

// leavesEnds tells whether a trigger is known never to delete the timer that cleans a window up, but when the window is over. Any other may, at a
// record or a timer; then the timer is registered again at each record, as on Flink.
func leavesEnds[K comparable, V any](t Trigger[K, V]) bool {
	switch t := t.(type) {
	case Purging[K, V]:
		return leavesEnds(t.Of)
	case AtEventTime[K, V], AtProcessingTime[K, V], Never[K, V], *counted[K, V], *continuous[K, V]:
		return true
	}
	return false
}

// Purging forgets the contents whenever another trigger fires.
type Purging[K comparable, V any] struct{ Of Trigger[K, V] }

func (t Purging[K, V]) Open(s *tables.Scope[K]) error { return t.Of.Open(s) }

func (t Purging[K, V]) OnElement(c *Context, v V, at int64) Result {
	return purging(t.Of.OnElement(c, v, at))
}

func (t Purging[K, V]) OnEventTime(c *Context, at int64) Result {
	return purging(t.Of.OnEventTime(c, at))
}

func (t Purging[K, V]) OnProcessingTime(c *Context, at int64) Result {
	return purging(t.Of.OnProcessingTime(c, at))
}

func (t Purging[K, V]) OnMerge(c *Context, from []Window) { t.Of.OnMerge(c, from) }
func (t Purging[K, V]) Clear(c *Context)                  { t.Of.Clear(c) }

func purging(r Result) Result {
	if r&Fire != 0 {
		return FireAndPurge
	}
	return r
}
