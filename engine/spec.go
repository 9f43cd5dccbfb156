package engine

import (
	"sync/atomic"

	"github.com/weirbench/weir/backends"
)

// A Spec is what an attempt is made from, alike for all workloads. Times are microseconds.
type Spec struct {
	// Operator is the uid of the keyed operator: its checkpoints are restored by an operator of the same, and refused by any other.
	Operator string
	// MoveTimers restores a checkpoint whose timers are in the store where they are beside it on the heap, too, which Flink does not: ours.
	MoveTimers bool

	Sources     int // source partitions, one source each
	Parallelism int // keyed tasks, and as many sinks
	Groups      int // key groups
	Batch       int // rows for each output in one step of a source
	AtLeastOnce bool

	Interval   int64 // between the beginnings of checkpoints; 0: never
	Timeout    int64 // after which a checkpoint is aborted
	MinPause   int64 // between the end of one and the beginning of the next; above 0 there is one at a time
	Concurrent int   // at most so many under way
	Tolerable  int   // consecutive failures of checkpoints before the job fails
	Retained   int   // completed checkpoints that are kept

	Readers   int   // clients that ask for keys while the job runs
	ReadEvery int64 // time between the end of a read and the next

	// Until ends the input early: a source that is at a time at or behind it reads no further, and its log ends there. 0: the log's own end.
	Until int64
	// Furthest is how far each source has read in any attempt, kept by the sources where time ends the input: a later attempt reads as far.
	// nil: it ends where its own time does.
	Furthest []atomic.Int64

	// Phases are how the input is read; none: as fast as it goes, to its end.
	Phases []Phase

	// Volatile are states that may lose entries at any time, as those with a TTL and timers of processing time: no digest holds them. What of those
	// with a TTL is alive, Living tells of.
	Volatile []string

	Track      bool                   // rows carry IDs and machines tell facts: a history is kept
	TimersMask uint32                 // and tell of no timer of a key whose hash has any of these bits; 0: of all
	Census     bool                   // tasks count what is asked of their states, and tell it
	Cuts       func(part int) []int64 // offsets at which a source's batch must end, ascending; nil: none
	Planted    *Planted

	// Open makes the store of a keyed task. The graph closes it.
	Open func(epoch int64, task int, g backends.Groups) (backends.Store, error)
}

// Common is what every machine of an attempt is told.
type Common struct {
	Index  int // among the machines
	Role   Role
	Coord  int // the coordinator's index
	Epoch  int64
	Inputs int
	Spec   *Spec
}

func (c *Common) tell(fx *Effects, kind MsgKind, to int, ckpt int64, state []byte) {
	fx.Tell(Msg{Kind: kind, From: c.Index, To: to, Ckpt: ckpt, State: state})
}

func (c *Common) bug(name string) bool { return c.Spec.Planted.Is(name) }
