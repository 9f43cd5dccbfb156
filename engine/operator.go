package engine

import (
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// A Stateful is what every operator is, whatever comes to it.
type Stateful[K comparable, R any] interface {
	Open(*tables.Scope[K]) error
	Timers() (event, processing Timers[K, R]) // nil: none. Asked once, behind Open
	Cursors(dst []Cursor) []Cursor            // what the current key knows of every partition, appended to dst; for readers
}

// An Operator sees one record, or one timer, at a time. The key is current; nothing says batch.
type Operator[K comparable, V, R any] interface {
	Stateful[K, R]
	Process(v V, id ID, at int64, out *Out[K, R]) // id is 0 when no history is kept, at NoTime when there is no event time
}

// A Two is an operator of two inputs, each of its own type. They share the state of a key and its timers, and event time is the least of both. The
// records of a partition come in their order; of two partitions, and so of the two inputs, nobody knows which is first.
type Two[K comparable, A, B, R any] interface {
	Stateful[K, R]
	First(a A, id ID, at int64, out *Out[K, R]) // as an Operator's Process
	Second(b B, id ID, at int64, out *Out[K, R])
}

// A Checkpointed operator has state of its task beside that of keys.
type Checkpointed interface {
	// Initialize opens it. It is called once, behind Open and behind what is restored of keys, before the first record; s says whether the task goes
	// on from a checkpoint.
	Initialize(s *state.Operator) error
	// Snapshot is called in the synchronous half of a checkpoint, before the state is captured: the last moment to write to it. It may
	// be called at other times between two batches, too.
	Snapshot() error
}

// A Wrapper is an operator that is made around something of its user's, as that of a window is around a function. Where it is not Checkpointed
// itself, what it wraps may be, or what that wraps: the outermost that is has the state of the task, as with Flink's WrappingFunction.
type Wrapper interface {
	Unwrap() any // asked once, behind Open; nil: it wraps nothing
}

// checkpointed is the outermost of an operator and of what it wraps that is Checkpointed; nil: nothing is.
func checkpointed(op any) Checkpointed {
	for {
		if c, ok := op.(Checkpointed); ok {
			return c
		}
		w, ok := op.(Wrapper)
		if !ok {
			return nil
		}
		op = w.Unwrap()
	}
}

// A Hearer is an operator some of whose records come to all tasks: those that Parts.Everywhere says, in the order in which they are read between
// the others of their source. No state of keys can be used. mine: this is the task that the record's key belongs to; what is emitted for the
// record all tasks together should emit once.
type Hearer[K comparable, V, R any] interface {
	Hear(v V, id ID, at int64, mine bool, out *Out[K, R])
}

// A Reacher is an operator that is told of every watermark its task comes to, behind the timers that this fires. No key is current.
type Reacher[K comparable, R any] interface {
	Reach(mark int64, out *Out[K, R])
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

	codec tables.KeyType[K]
	other [1]backends.Key[K] // that EmitFor emits for
}

// Watermark is event time: the least watermark of the task's inputs; NoMark before the first.
func (o *Out[K, R]) Watermark() int64 { return o.mark }

// Now is processing time: that of the batch, in microseconds since the run began.
func (o *Out[K, R]) Now() int64 { return o.keys.Now }

// Emit adds a row to what leaves with this step.
func (o *Out[K, R]) Emit(r R) { o.port.emit(o.keys.Cur(), r) }

// EmitFor adds a row of any key, whichever is current.
func (o *Out[K, R]) EmitFor(k K, r R) {
	o.codec.Mark(o.other[:], []K{k})
	o.port.emit(&o.other[0], r)
}
