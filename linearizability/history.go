package linearizability

// A History is all that was observed in one run of one cell: what verdicts rest on. It holds tickets, not wall times: a ticket is taken
// before a step and after it from one counter, so of two operations that did not overlap the order is known.
//
// Whoever recorded it gives it away whole; Check does not change it.
type History struct {
	Truth    *Truth    `json:"-"` // rebuilt from the plan, not stored
	Mode     Mode      `json:"mode"`
	Parts    int       `json:"parts"` // source partitions
	Tasks    int       `json:"tasks"` // keyed subtasks
	Groups   int       `json:"groups"`
	Retained int       `json:"retained"` // how many completed checkpoints are kept
	Attempts []Attempt `json:"attempts"`
	Ops      []Op      `json:"-"` // ascending by Call; stored a line each
	Cuts     []Cut     `json:"cuts"`
	Output   []Txn     `json:"-"` // stored a line each
	Strikes  []Strike  `json:"strikes"`
	// Hits counts how often each named point was passed.
	Hits map[string]int64 `json:"hits"`
	// Final is what the state held when the input had ended and everything was published.
	Final *Cut `json:"final,omitempty"`
	// End says why the run ended: "" as it should, else the error.
	End     string  `json:"end,omitempty"`
	Felled  bool    `json:"felled,omitempty"` // what ended it was a fault of the plan, and the plan allowed no further attempt
	Demands Demands `json:"demands"`
	// Measured is how many records were applied in phases of the input that were to be measured.
	Measured int64 `json:"measured,omitempty"`
	// Volatile are states that may lose entries at any time, as those with a TTL and timers of processing time. No digest holds them.
	// What is alive of those with a TTL is compared at every restore: see Living.
	Volatile []string `json:"volatile,omitempty"`
	// Sampled is the share of keys of which every operation was recorded, 1 when all.
	Sampled float64 `json:"sampled"`
	// Timers is the share of keys of which every timer was recorded: 1 when all; 0: in this run nobody told of timers.
	Timers float64 `json:"timers,omitempty"`
}

// Mode is the guarantee that was asked for.
type Mode string

const (
	ExactlyOnce Mode = "exactly-once"
	AtLeastOnce Mode = "at-least-once"
)

// Demands is what the plan asked for and a verdict may therefore count on. What was demanded and did not happen makes the checks that
// rest on it undecided; what was not demanded is not applicable.
type Demands struct {
	Faults      int      `json:"faults"`             // faults of the plan that must strike
	Recoveries  int      `json:"recoveries"`         // at least so many restored attempts
	Checkpoints int      `json:"checkpoints"`        // at least so many completed
	Readers     int      `json:"readers"`            // reading clients, 0: no reads are demanded
	Unacked     bool     `json:"unacked"`            // at least one operation must be open at a crash
	Overlap     int      `json:"overlap"`            // of so many snapshots, one at least must have a read of its task under way; 0: no matter
	Outlived    bool     `json:"outlived,omitempty"` // of what expires, something must be looked for behind a recovery that is alive and was written before it
	Records     int64    `json:"records"`            // of the input
	Checks      []string `json:"checks,omitempty"`   // names of the checks to run, empty: all
}

// Truth is the input, known in full.
type Truth struct {
	Keys  []string // for people, by key number
	Group []uint16 // key group, by key number
	Parts []Part
	// Windows is what windows must tell; nil: the job has none.
	Windows *Windows
	// Expires is how state with a TTL expires of which rows tell; nil: there is none.
	Expires *Expires
}

// Part is one source partition.
type Part struct {
	Key []int32  // key number, by offset
	N   []int32  // which record of its key within this partition, from 1, by offset
	H   []uint64 // the hash chain of its key and partition after it, by offset
}

// ID names a record by its source partition and offset: part << 40 | offset.
type ID uint64

func (id ID) Part() int     { return int(id >> 40) }
func (id ID) Offset() int64 { return int64(id & (1<<40 - 1)) }

// An Attempt is one life of the job.
type Attempt struct {
	Epoch int64 `json:"epoch"`
	Start int64 `json:"start"` // ticket
	// Fence is the ticket at which it was declared dead or another took over, whichever was known first; 0: it lived to the end.
	Fence    int64  `json:"fence,omitempty"`
	Zombie   bool   `json:"zombie,omitempty"` // it lived on behind its fence
	Restored int64  `json:"restored"`         // the checkpoint it started from, 0: from the beginning, -1: it never restored
	Why      string `json:"why,omitempty"`    // what killed it
}

// Kind says what an Op did.
type Kind uint8

const (
	// Apply: records IDs were applied by Task, in this order and with nothing between. Return is when the batch's End had returned.
	Apply Kind = iota
	// Read: a client asked for Key. Ckpt 0: uncommitted, as the live attempt has it; else the completed checkpoint that answered.
	Read
	// Snap: the state of Task was captured for Ckpt. Call: its first barrier came; Return: the synchronous half was over.
	Snap
	// Commit: the manifest of Ckpt was put at Pos of the catalog.
	Commit
	// TakeOver: the attempt claimed Pos of the catalog, to restore Ckpt. Text: why not a newer one.
	TakeOver
	// Recover: Call: the takeover was put; Return: every task was restored from Ckpt. Before any Apply of the attempt.
	Recover
	// Trigger, Abort of Ckpt by the coordinator.
	Trigger
	Abort
	// Reload: Task was restored from Ckpt and now holds Digest.
	Reload
	// Rewind: source Task was restored from Ckpt and goes on at Pos.
	Rewind
	// Publish: sink Task put the output of Ckpt where readers look.
	Publish
	// Delete: the collector asked for the deletion of file Text of Ckpt, which attempt Pos had written; Return: it is gone.
	Delete
	// Own: Task owns key groups Pos to Ckpt.
	Own
	// Notify: machine Text was told that Ckpt is complete.
	Notify
	// Alarm: Task did Alarms, in this order. Mark: those of event time fired at this watermark of the task, those of processing time at this time.
	Alarm
	// Mark: the watermark of machine Text, source or task number Task, is Mark from then on. Pos, of a source: its offset. Idle: see there.
	Mark
	Kinds
)

// Outcome says what is known of how an Op ended.
type Outcome uint8

const (
	Known   Outcome = iota // it happened
	Unknown                // it happened or not: no answer, an error of unknown outcome, or the actor died
	Refused                // it did not happen
)

// An Op is one operation of the history.
type Op struct {
	Kind    Kind
	Outcome Outcome
	Attempt int64 // epoch
	Client  int   // sequential actor; a new one in every attempt
	Call    int64
	Return  int64 // 0: never
	At      int64 // microseconds of the run's clock at Return (or Call), for pictures; nothing is judged by it
	Task    int
	Ckpt    int64
	Pos     int64
	Key     int32 // Read: key number, -1: a key that the input does not have
	IDs     []ID
	Cursors []Cursor // Read: of every partition that has any; absent is zero
	Digest  Digest
	Text    string
	Kept    []int64 // Commit, TakeOver: the completed checkpoints that are kept from then on, ascending; nil: it did not say
	Mark    int64   // Mark, Alarm; Rewind: the watermark that the source goes on with
	Alarms  []AlarmEvent
	Armed   *Armed   // Snap, Reload: the timers of the task; nil: it did not say
	Idle    bool     // Mark, of a source: it is idle, and holds nobody's watermark back until it is read on
	Lives   []Living // Reload: of each state with a TTL what of it was alive
}

// A Living is what of a state with a TTL was alive when a task had been restored: what should be, by the files of the checkpoint, and what is.
type Living struct {
	State  string `json:"state"`
	Should Alive  `json:"should"`
	Has    Alive  `json:"has"`
}

// Alive is how many entries hold something that is alive, and the digest of what is.
type Alive struct {
	N      int64  `json:"n"`
	Digest Digest `json:"digest"`
}

// An AlarmEvent is something that became of one timer. Timers are told apart by their ID and their time.
type AlarmEvent struct {
	ID   uint64 // of its service, key and namespace together
	At   int64  // its time
	Key  int32  // key number, -1: a key that the input does not have
	What AlarmWhat
	// Processing: it is a timer of processing time, not of event time.
	Processing bool
}

// AlarmWhat says what became of a timer.
type AlarmWhat uint8

const (
	Registered AlarmWhat = iota // whether it was there or not
	Deleted                     // whether it was there or not
	Fired
	alarmWhats
)

// Armed is a sum over the timers of a task: equal sets have equal sums.
type Armed struct {
	N   int64  `json:"n"`
	Sum uint64 `json:"sum"`
}

// A Cursor is what a key knows of one source partition: how many of its records it saw, and the hash chain over them.
type Cursor struct {
	Part int
	N    int64
	H    uint64
}

// Digest is the sum modulo 2^128 of a hash of every entry: free of order, high half first.
type Digest [2]uint64

// A Cut is one completed checkpoint, or the state at the end.
type Cut struct {
	Ckpt    int64   `json:"ckpt"`
	Epoch   int64   `json:"epoch"`
	Offsets []int64 `json:"offsets"` // of each source partition
	Got     Digest  `json:"got"`     // of all tasks' parts
	// Want is the digest of the fold of the input up to Offsets.
	Want Digest `json:"want"`
	// Diff says where they differ, when that could still be read: "State count of key ATL is not what the input makes of it". Should and Saw are
	// what is there by the fold, and in the checkpoint.
	Diff   string `json:"diff,omitempty"`
	Should string `json:"should,omitempty"`
	Saw    string `json:"saw,omitempty"`
	// Marks are the watermarks of the sources; a source whose watermark is behind that of its last record says so in Diff.
	Marks []int64 `json:"marks,omitempty"`
	// Idle are the sources that said in it that they are idle; nil: none.
	Idle    []bool `json:"idle,omitempty"`
	Entries int64  `json:"entries"`
	Bytes   int64  `json:"bytes"`
}

// A Txn is one transaction of a sink that readers of the output see.
type Txn struct {
	Sink int `json:"sink"`
	// Ckpt and Epoch are where it came from: the checkpoint at whose barrier it was sealed, and the attempt. When that checkpoint was aborted,
	// a later one of the same attempt covers it.
	Ckpt  int64  `json:"ckpt"`
	Epoch int64  `json:"epoch"`
	Name  string `json:"name"`
	IDs   []ID   `json:"-"` // of its rows, as they stand
	// Wrong rows: those whose content is not what the input says.
	Wrong []WrongRow `json:"wrong,omitempty"`
	// Panes and Late are what windows told in it, and its records that were late.
	Panes []Pane `json:"panes,omitempty"`
	Late  []ID   `json:"late,omitempty"`
	// Looks are what records saw of state that expires.
	Looks []Look `json:"-"`
}

// A WrongRow is a row of the output that the input does not explain.
type WrongRow struct {
	ID   ID     `json:"id"`
	Want string `json:"want"`
	Got  string `json:"got"`
}

// A Strike is a fault of the plan, struck or not.
type Strike struct {
	Fault  int    `json:"fault"`
	Text   string `json:"text"`   // as the plan says it
	Struck int    `json:"struck"` // how often
	Call   int64  `json:"call"`   // ticket of the first
	At     int64  `json:"at"`     // microseconds
	Must   bool   `json:"must"`   // the plan demands that it strikes
}
