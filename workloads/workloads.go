package workloads

import (
	"io"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// A Workload is an entry of the catalog: a keyed job, the input it reads, and what its answers must be.
type Workload struct {
	Name string
	Doc  string // one line
	// Params are what a scenario may set. A simulated job is small by those that are called records, keys and passes, which the simulation
	// sets, where a workload has them; one whose size is called otherwise is simulated in full. records is how many it reads at most, in each
	// of its passes: a scenario whose phases want more before their last is refused.
	Params []Param
	// Open reads or generates the input. Its error is one line that a user can act on; for a bad row of a file it begins with file:line:column.
	Open func(Options) (*Job, error)
}

// A Param is one field that a scenario may set under "workload".
type Param struct {
	Name    string
	Default string
	Doc     string
	Check   func(value string) error // says what would be right
	// Unit is what a bare number counts: Millis, Micros, Bytes or InRecords; "": neither a time nor a size.
	Unit string
	// ByClock says that the unit is Micros where the parameter "time" is "processing".
	ByClock bool
	// When says where it has an effect: where one of these holds. None: everywhere.
	When []When
	// OfParts says that it is so many source partitions, of which there must be more. A job takes as many as it can.
	OfParts bool

	least, most int64 // of what is counted
}

// A When is that another parameter has one of some values; or, when it says none, that it is not 0.
type When struct {
	Param string
	Is    []string
}

// Options are what a job is opened with.
type Options struct {
	Params map[string]string // every Param of the workload, resolved
	Seed   uint64
	Parts  int // source partitions wanted
	Groups int // key groups
	// Open opens the file of a parameter; nil: the workload has only what is embedded.
	Open func(path string) (io.ReadCloser, error)
}

// A Job is an opened workload. Any goroutine may use it; nothing in it changes.
type Job struct {
	Input *Input
	// Build makes the graph of one attempt.
	Build func(s *engine.Spec, epoch int64) (*engine.Graph, error)
	// Fold makes the state that the input leads to, in a way that shares nothing with engine and backends but the codecs.
	Fold func() Fold
	// Rows reads a committed transaction: what each row says of its record, its key, and the key's count and chain after it. An error means
	// that the bytes are none.
	Rows func(txn []byte, yield func(id engine.ID, key string, n int64, h uint64)) error
	// Panes reads what windows tell in a committed transaction, Late its records that were late, Windows all that they must be when the input ends
	// behind the first records of each partition: the panes of a window in their order, Nth apart. The three are nil in a job without windows.
	Panes   func(txn []byte, yield func(Pane)) error
	Late    func(txn []byte, yield func(engine.ID)) error
	Windows func(offsets []int64) (panes []Pane, late []engine.ID)
	// AnyOrder says that the panes of one window come in any order: pairs of two inputs, of which nobody knows which was first.
	AnyOrder bool
	// Volatile are the states that may lose entries at any time, as those with a TTL and timers of processing time: the fold does not yield them, and no digest
	// holds them. Of those with a TTL, what is alive at a restore is compared with the checkpoint all the same.
	Volatile []string
	// Aside are the states that the job keeps only so that it can be judged: what is asked of them is not the work that the job stands for.
	Aside []string
	// Looks reads what the records of a committed transaction saw of state that expires, Expires says how it does. Nil in a job without.
	Looks   func(txn []byte, yield func(Look)) error
	Expires *Expires
	// KeyName is how people call an encoded key; also the one in Input.Keys.
	KeyName func(encoded []byte) string
	// Show is how people read an encoded value of a state; "" or nil when they read bytes.
	Show func(state string, value []byte) string
}

// Expires is how the state of a key expires of which Looks tell. The records of a key write it: one that saw nothing always does. What a record reads
// when it is over is deleted thereby.
type Expires struct {
	LifeUs    int64 // microseconds from a write to the moment at which it is over
	Renewed   bool  // a record that saw something writes, too
	ByReading bool  // a life begins anew when it is read, too
	Shown     bool  // what is over may be seen, by whoever deletes it; or it went before
	// List: what is written is added to what there was, and has a life of its own. The record at an even offset tells of the first write that it
	// saw, one at an odd offset of the last. Else a write takes the place of the one before.
	List bool
	// Slots: a key has so many states, 0: one. The record at offset n writes number n % Slots and tells of it; and it reads all others, too, when
	// n / Slots is even.
	Slots int
}

// Input is the log that the sources read, known in full.
type Input struct {
	Keys  []string // by key number
	Group []uint16 // key group, by key number
	Parts []Part
}

// Records counts them.
func (in *Input) Records() (n int64) {
	for i := range in.Parts {
		n += int64(len(in.Parts[i].Key))
	}
	return n
}

// A Part is one source partition. N and H are nil in a job without event chains (a pure measurement).
type Part struct {
	Key  []int32  // key number, by offset
	N    []int32  // which record of its key within this partition, from 1, by offset
	H    []uint64 // the chain of its key and partition after it: see Link
	Mark []int64  // the watermark after it, engine.NoMark: none yet; nil in a job without event time
}

// A Fold is what the state must be after the first records of each partition.
type Fold interface {
	// To moves to a cut: the first offsets[p] records of every partition p, whose source has the watermark marks[p], engine.NoMark when it has
	// none. Going back starts again from nothing.
	To(offsets, marks []int64)
	// Each yields every entry that the state must hold, encoded as backends do, in no particular order. The entry is valid until yield returns.
	Each(yield func(*backends.Entry))
}

// Link is the hash chain: h after the record id. It starts at 0.
func Link(h uint64, id engine.ID) uint64 {
	x := (h ^ uint64(id) + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9
	x ^= x >> 27
	x *= 0x94D049BB133111EB
	return x ^ x>>31
}
