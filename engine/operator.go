package engine

import (
	"math"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// An Operator sees one record, or one timer, at a time. The key is current; nothing says batch.
type Operator[K comparable, V, R any] interface {
	Open(*tables.Scope[K]) error
	Process(v V, id ID, at int64, out *Out[K, R]) // id is 0 when no history is kept, at when there is no event time
	Timers() (event, processing Timers[K, R])     // nil: none. Asked once, behind Open
	Cursors(dst []Cursor) []Cursor                // what the current key knows of every partition, appended to dst; for readers
}

// A Carrier is an operator in whose code planted bugs sit. It is told behind Open; nil is none.
type Carrier interface{ Carry(*Planted) }

// Untimed is what an operator without timers embeds.
type Untimed[K comparable, R any] struct{}

// Timers is none.
func (Untimed[K, R]) Timers() (event, processing Timers[K, R]) { return nil, nil }

// Out takes what an operator emits, under the current key.
type Out[K comparable, R any] struct {
	keys *backends.Keys[K]
	port port[K, R]
	mark int64
}

// Watermark is event time: the least watermark of the task's inputs; math.MinInt64 before the first.
func (o *Out[K, R]) Watermark() int64 {
	if o.mark == 0 {
		return math.MinInt64
	}
	return o.mark
}

// Now is processing time: that of the batch, in microseconds since the run began.
func (o *Out[K, R]) Now() int64 { return o.keys.Now }

// Emit adds a row to what leaves with this step.
func (o *Out[K, R]) Emit(r R) { o.port.emit(o.keys.Cur(), r) }
