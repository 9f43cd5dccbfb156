package backends

import "log/slog"

// A Backend makes stores. One store belongs to one task. Any goroutine may call Open.
type Backend interface {
	Open(Options) (Store, error)
}

// Options say what a store is for.
type Options struct {
	// Groups are the key groups that the task owns.
	Groups Groups
	// Dir is an empty folder for the store's files, which whoever opened the store removes after Close. Backends that have no files ignore it.
	Dir string
	// MemoryBytes is what the store may use for caches and write buffers; 0 is the backend's own default. State that is memory itself is
	// not limited by it.
	MemoryBytes int64
	// Timers is where a store over bytes keeps them. Stores of Go objects, whose timers are on the heap in any case, ignore it.
	Timers TimerPlace
	// BytesMax limits one key and one value of a store over bytes, as Java's arrays limit Flink's RocksDB backend: see kv.Options. 0 is the
	// backend's own limit. Stores of Go objects, which have none, ignore it.
	BytesMax int
	// Log hears what the backend has to say; nil discards it.
	Log *slog.Logger
}

// A Store is the keyed state of one task. One goroutine calls it; only the Snapshots that it returns go elsewhere.
//
// Access happens between Begin and End. A write is seen at once by the same task. What was written before an End that returned nil is in
// every later Snapshot; where it is meanwhile is the store's business. After an error of any method but Open and Restore the store is dead:
// only Close may be called, and nothing is known of what it held but its last snapshot.
type Store interface {
	// Open makes the table of a state: the result of d.Live or d.Coded, or a wrapper of it. States are opened in any order, each once,
	// before the first Begin, also before Restore.
	Open(d Desc) (Table, error)

	// Begin starts a batch: the engine has put the keys of its records in Keys.
	Begin()
	// End finishes it. It returns the first error that any table met since Begin.
	End() error

	// Snapshot pins the store between two batches. It does no I/O that grows with the state.
	Snapshot() (Snapshot, error)
	// Restore adds an entry of a snapshot, whichever backend took it, before the first Begin. The entry's slices are the caller's again
	// on return. Entries of foreign key groups and of states that are not open are refused.
	Restore(e *Entry) error

	// Close ends the store and the snapshots that are still open.
	Close() error
}

// A Snapshot holds what the store held when Snapshot returned, while the store goes on.
type Snapshot interface {
	// Groups are the key groups of the store.
	Groups() Groups
	// Each yields the entries of one key group, by state in the order of opening. Any goroutine may call it, one at a time. The entry is
	// valid until yield returns; an error of yield ends the walk and is returned. An error of Each ends the checkpoint, not the store.
	// After Close, and after the store's Close, it returns an error that wraps ErrClosed.
	Each(group int, yield func(*Entry) error) error
	// Close unpins; again it does nothing. The store's goroutine calls it, also after the store's Close. It waits for an Each that is
	// running.
	Close()
}

// An Entry is one value, one map entry or one timer, as bytes that every backend writes alike.
type Entry struct {
	State string
	Group int
	Key   []byte // key ++ namespace ++ user key; a timer: time ++ key ++ namespace
	Value []byte
}
