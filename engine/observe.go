package engine

import (
	"sync/atomic"

	"github.com/weirbench/weir/backends/tables"
)

// A Fact is something that a verdict may rest on and that a Note is too small for. What it points to is the machine's and valid only
// until the Observer returns.
type Fact struct {
	Kind FactKind
	Ckpt int64
	Pos  int64  // position in the catalog; of a source: its offset
	Mark int64  // a watermark, NoMark: none yet; of Alarmed: up to which timers fired, or, if they are of processing time, the clock, which their time is before
	IDs  []ID   // Applied, Failed
	Text string // a reason, a name
	// Cursors are what a read saw.
	Cursors []Cursor
	Digest  Digest
	Entry   *Entry
	Key     []byte         // of a read: the encoded key
	Groups  [2]int         // Owns: first and last key group
	Census  *tables.Census // Accessed
	Kept    []int64        // of a manifest or a takeover: the checkpoints that are kept from then on, ascending
	Timers  []TimerEvent
	Armed   *Armed   // Snapped, Reloaded: the timers of the task; nil: they are not all watched, or the job has none
	Lives   []Living // Reloaded: of each state with a TTL what of it was alive
}

// FactKind says what a Fact is about.
type FactKind uint8

const (
	Owns       FactKind = iota // task: Groups are its key groups
	Applied                    // task: the records IDs were applied, in this order, and End returned nil
	Failed                     // task: End of the batch IDs failed, with Text: applied or not
	Asked                      // reader: a read of Key begins; Ckpt 0: uncommitted, -1: committed
	Answered                   // reader: it ended. Cursors; Ckpt: the checkpoint it read, 0: uncommitted
	GaveUp                     // reader: it ended without an answer, Text says why
	Committing                 // coordinator: the manifest Entry of Ckpt is put at Pos
	Committed                  // coordinator: it is durable
	Aborted                    // coordinator: Ckpt will never be, Text says why
	TakingOver                 // coordinator: the takeover Entry is put at Pos
	TookOver                   // coordinator: it is durable; Ckpt is what it will restore, Entry that one's manifest, nil from the beginning
	Skipped                    // coordinator: Ckpt cannot be restored, Text says why
	Snapped                    // task: the state of Ckpt was encoded, Digest
	Reloaded                   // task: what was restored from Ckpt, Digest
	Rewound                    // source: restored from Ckpt, its offset is Pos, its watermark Mark
	Publishing                 // sink: the transaction of Ckpt is published as Text
	Deleting                   // collector: the deletion of the file Text of Ckpt is asked for
	Deleted                    // collector: it is gone
	Accessed                   // task: what its operator asked of its states since the attempt began, Census; at the start, at every checkpoint, and now and then
	Spared                     // supervisor: the attempt was declared dead, and the plan lets its machines live on
	Alarmed                    // task: Timers tells what became of timers, in this order. A job that has timers tells of all, or of those of some keys: Spec.TimersMask
	Reached                    // source, task: its watermark is Mark; a source says it to those downstream, at offset Pos, or, where Text is not empty, that it is idle
)

// An ID names a record by where it came from.
type ID uint64

// MakeID makes the ID of the record at an offset of a source partition.
func MakeID(part int, offset int64) ID { return ID(uint64(part)<<40 | uint64(offset)) }

func (id ID) Part() int     { return int(id >> 40) }
func (id ID) Offset() int64 { return int64(id & (1<<40 - 1)) }

// A Cursor is what a key knows of one source partition: how many of its records it saw, and the hash chain over them.
type Cursor struct {
	Part int
	N    int64
	H    uint64
}

// A Moment is one step of a machine, or one point that the driver itself passed, and what is to be told of it. It is the driver's and
// valid until the Observer returns, with all it points to.
type Moment struct {
	// From and To are tickets taken before and after the step; tickets ascend over a whole run, whatever attempts it has.
	From, To int64
	At       int64 // microseconds since the run began, virtual in sim
	Epoch    int64
	Machine  int // -1: the supervisor
	Role     Role
	Notes    []Note
	Facts    []Fact
	// Lost says that the machine was killed by this step and none of its effects left it: whether what the facts tell took place cannot be
	// seen from outside.
	Lost bool
	Rows int // rows of the batch that the step took, 0 if none
}

// An Observer is told what happens. Only moments with notes or facts are told. live calls it from many goroutines, one at a time for a
// machine.
type Observer interface{ Observe(*Moment) }

// A Strike is what goes wrong at a moment.
type Strike struct {
	Do     Action
	Target Role // Kill; the zero Role with All unset: the machine that passed the point
	Aimed  bool // Target is set
	// Lost: the effects of the step at which it strikes never leave its machine. Otherwise all do, and then it dies.
	Lost  bool
	Delay int64 // microseconds: until the failure is detected
	Fault int   // which fault of the plan this is, for evidence
}

// Action is what a Strike does.
type Action uint8

const (
	Nothing Action = iota
	Kill           // one machine
	KillAll        // every machine of the attempt
	Zombie         // the attempt is declared dead, and its machines live on
)

// A Fate is what becomes of an operation.
type Fate struct {
	Do    FateKind
	Delay int64 // microseconds before it takes effect
	Late  int64 // OpLate: microseconds after the error
	Fault int
}

// FateKind says how an operation ends.
type FateKind uint8

const (
	OpFine    FateKind = iota
	OpFailed           // an error, and nothing happened
	OpApplied          // an error of unknown outcome, and it happened
	OpLate             // an error of unknown outcome, and it happens afterwards
	OpTorn             // an error of unknown outcome, and half of the bytes are stored: the storage broke its word
)

// An Injector decides what goes wrong. Drivers ask it with one goroutine at a time. The zero faults are never struck: see NoFaults.
type Injector interface {
	// Noted is asked for every note of a moment, in order, before the effects of the step leave.
	Noted(m *Moment, n Note) (Strike, bool)
	// Op is asked when an operation begins, after Noted for its point.
	Op(m *Moment, op *Op) Fate
	// Alarm is the next time at which Tick wants to be asked, 0: never.
	Alarm() int64
	// Tick is asked when now has reached Alarm. The strike needs a Target or is KillAll or Zombie.
	Tick(now int64) (Strike, bool)
}

// NoFaults is an Injector of a run in which nothing goes wrong.
type NoFaults struct{}

func (NoFaults) Noted(*Moment, Note) (Strike, bool) { return Strike{}, false }
func (NoFaults) Op(*Moment, *Op) Fate               { return Fate{} }
func (NoFaults) Alarm() int64                       { return 0 }
func (NoFaults) Tick(int64) (Strike, bool)          { return Strike{}, false }

// A Planted bug is carried by an attempt on purpose, to see whether the checks find it. A nil Planted is none.
type Planted struct {
	Name string
	Hits atomic.Int64 // how often its code ran
}

// Is tells whether the planted bug is the one named, and counts.
func (p *Planted) Is(name string) bool {
	if p == nil || p.Name != name {
		return false
	}
	p.Hits.Add(1)
	return true
}
