package engine

import "errors"

// A Machine is a task, a reader, the coordinator or the collector. Step takes one event and returns when it has dealt with it; it never
// waits. One goroutine at a time calls it. Everything it wants done is in fx, which is the driver's and empty when Step begins.
//
// Step must set fx.Takes. After fx.Fail it is not called again.
type Machine interface {
	Step(ev *Event, fx *Effects)
}

// EventKind says what an Event is about.
type EventKind uint8

const (
	Start EventKind = iota // the first event of every machine
	Data                   // Batch came on input Chan
	Poll                   // go on with what Takes said is left: read the log, fire timers
	Tell                   // Msg came from another machine
	Done                   // an operation ended: Res
	Wake                   // the time that Effects.Wake asked for has come
)

// An Event is the driver's and valid until Step returns, with all it points to.
type Event struct {
	Kind  EventKind
	Chan  int
	Batch *Batch
	Now   int64 // microseconds since the run began; the only clock there is
	Msg   Msg
	Res   Result
}

// A Mask is what a machine can take: bit i is input i, MayPoll that it has work of its own. Start, Tell and Done are always taken.
//
// The driver gives Data, Poll and Wake only while every output of the machine has room. That is all of back pressure: Step never
// meets a full output, and a queue is longer than its capacity by at most what one Step sends.
type Mask uint64

// MayPoll is the bit of a Mask that asks for Poll. A machine has at most 63 inputs.
const MayPoll Mask = 1 << 63

// Effects are what a machine wants done, in the order of the fields' declaration, after Step returns. Slices are kept from step to step,
// so nothing is allocated.
type Effects struct {
	Takes Mask
	Sends []Send
	Ops   []Op
	Tells []Msg
	Notes []Note
	Facts []Fact
	Wake  int64 // when to send Wake, once, in microseconds; 0: leave it as it was. There is one alarm a machine
	Over  bool  // the job has ended as it should: the driver stops everything
	Err   error // the machine is dead. A *Fatal ends the job; any other error is the restart strategy's
}

// Reset empties fx and keeps its memory. Drivers call it before each Step.
func (fx *Effects) Reset() {
	clear(fx.Ops) // they hold bodies
	clear(fx.Tells)
	clear(fx.Facts)
	*fx = Effects{Sends: fx.Sends[:0], Ops: fx.Ops[:0], Tells: fx.Tells[:0], Notes: fx.Notes[:0], Facts: fx.Facts[:0]}
}

// Send passes b, and with it the ownership of b, to the reader of output ch. It may be the batch of the event.
func (fx *Effects) Send(ch int, b *Batch)    { fx.Sends = append(fx.Sends, Send{ch, b}) }
func (fx *Effects) Do(op Op)                 { fx.Ops = append(fx.Ops, op) }
func (fx *Effects) Tell(m Msg)               { fx.Tells = append(fx.Tells, m) }
func (fx *Effects) Note(p Point, ckpt int64) { fx.Notes = append(fx.Notes, Note{Point: p, Ckpt: ckpt}) }
func (fx *Effects) Fact(f Fact)              { fx.Facts = append(fx.Facts, f) }
func (fx *Effects) Fail(err error)           { fx.Err = err }

// Passed tells whether Step gave b away. Otherwise the driver frees it.
func (fx *Effects) Passed(b *Batch) bool {
	for i := range fx.Sends {
		if fx.Sends[i].Batch == b {
			return true
		}
	}
	return false
}

// Send is a batch for an output.
type Send struct {
	Chan  int
	Batch *Batch
}

// A Msg is plain data, so that a driver may carry it to another process. Between two machines messages keep their order.
type Msg struct {
	Kind     MsgKind
	From, To int // machines by index in the graph
	Ckpt     int64
	State    []byte // the receiver's; meaning by Kind
}

// MsgKind says what a Msg is about.
type MsgKind uint8

const (
	Restore  MsgKind = iota // coordinator to task: State is what the task acked, nil at the first start. Fetch and verify it, load nothing yet
	Fetched                 // and back: it is whole
	Corrupt                 // or back: it is not, State says why
	Load                    // coordinator to task: every part is whole, load yours
	Restored                // and back
	Run                     // coordinator to all: every task is restored
	Trigger                 // coordinator to source: put barrier Ckpt into the stream
	Ack                     // task to coordinator: its part of Ckpt is durable, State finds it again
	Decline                 // task to coordinator: it will never be, State says why
	Complete                // coordinator to all: Ckpt is in the catalog
	Abort                   // coordinator to all: Ckpt will never be
	Collect                 // coordinator to collector: State is the catalog entry that decides what is kept
	Ended                   // source to coordinator: the input is at its end
	Finished                // sink to coordinator: everything up to the final checkpoint is published
	Ask                     // reader to keyed task: State is an encoded key
	Answer                  // and back: State is encoded Cursors
)

// An Op is one operation on blob storage. The driver runs it at any time after Step, on any goroutine, and sends its Result as Done.
// Whatever takes several operations is a machine that issues one after the other: so every one is a point where others step in
// and faults strike.
type Op struct {
	Verb     Verb
	Name     string
	Body     Body  // Put, PutNew, Scan
	Off, Len int64 // GetPart: a range of the blob as it is stored
	Tag      int64 // the machine's own; comes back in Result
	At       Point // the driver notes it, for Ckpt, when the operation begins; NoPoint: nothing
	Ckpt     int64
}

// Verb says what an Op does.
type Verb uint8

const (
	Put     Verb = iota // stores Body, sealed, as Name-<hash of the content>, which Result.Name returns
	PutNew              // stores Body, sealed, as Name unless that exists: then backends.ErrExists
	Get                 // the payload of a sealed blob; backends.ErrAbsent, ErrCorrupt
	GetPart             // bytes [Off, Off+Len) of what is stored, unverified
	Delete              // removes a blob; that it is absent is no error
	List                // Result.Data is the names with prefix Name, each ended by a newline, ascending
	Scan                // runs Body and stores nothing: the digest of a state
)

// A Body makes the bytes of a Put, piece by piece: the asynchronous half of a snapshot. One goroutine at a time calls it, not always the
// same; all pieces are made before the operation takes effect.
type Body interface {
	// Encode appends the next piece to b. more tells whether there is another. After an error or the last piece it is not called again.
	Encode(b []byte) (out []byte, more bool, err error)
}

// Bytes is a Body in one piece.
type Bytes []byte

func (x Bytes) Encode(b []byte) ([]byte, bool, error) { return append(b, x...), false, nil }

// A Result of an Op.
type Result struct {
	Tag  int64
	Verb Verb
	Name string // Put: with the hash
	Data []byte // Get, GetPart, List; the receiver's
	Body Body   // Put, Scan: the Op's, which may know more now
	// Err is nil, or wraps backends.ErrExists, backends.ErrAbsent or ErrCorrupt: certain. Any other that wraps backends.ErrUnknown may have
	// happened, or may happen yet; one that wraps none of these did not happen.
	Err error
}

var (
	// ErrFenced is the error of a machine that found out that a later epoch took over.
	ErrFenced = errors.New("fenced by a later epoch")
	// ErrCorrupt is wrapped by the error of reading a blob whose bytes are not what was written.
	ErrCorrupt = errors.New("corrupt")
)

// Fatal is an error that no restart can help.
type Fatal struct{ Err error }

func (f *Fatal) Error() string { return f.Err.Error() }
func (f *Fatal) Unwrap() error { return f.Err }
