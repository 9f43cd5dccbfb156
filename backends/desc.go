package backends

// A Table is what package tables asserts to tables.Value[N,V], tables.List[N,V], tables.Map[N,U,V] or tables.Timers[K,N], once.
type Table any

// A Desc describes one state to a store, without its types. Package tables makes it; nobody else implements it.
type Desc interface {
	Name() string
	Kind() Kind
	// Form is one line that says what entries of this state are made of. Where two differ, the entries of the one are not those of the other.
	Form() string
	// Live makes a table of Go objects for a store that owns these key groups.
	Live(Groups) LiveTable
	// Coded makes a table over a host's bytes. All its keys begin with prefix, then the key group in two bytes, most significant first.
	Coded(h CodedHost, prefix []byte, g Groups) CodedTable
	// Tap puts itself between a table of this state and whoever writes to it. Wrappers of stores use it: a change log, a trace, a fault.
	// wrote is called before each write; the entry is valid until it returns. The op is OpSet, OpDelete or, where what is added to a list
	// follows what it holds, OpMerge. A timer that Pop takes is a deletion, too.
	Tap(inner Table, wrote func(e *Entry, op Op)) Table
}

// A Kind is what a state is to its operator.
type Kind uint8

// The kinds of state.
const (
	ValueKind Kind = iota + 1
	ListKind
	MapKind
	TimerKind
)

func (k Kind) String() string { return [...]string{"no kind", "value", "list", "map", "timers"}[k] }

// A LiveTable holds Go objects. Its host sees everything but the types.
type LiveTable interface {
	Table
	Begin()                 // a batch begins: Keys has changed
	End()                   // forget what was computed for its records
	Len() int               // keys and namespaces that hold something
	Freeze() Frozen         // pins; copies a pointer for every thousand entries and calls no codec
	Restore(e *Entry) error // adds an entry
}

// Frozen is a LiveTable as it was at Freeze.
type Frozen interface {
	// Each yields the entries of one key group. One goroutine at a time, any.
	Each(group int, yield func(*Entry) error) error
	// Release unpins. The table's goroutine calls it, once, while no Each runs.
	Release()
}

// A CodedTable keeps the decoded values of one batch, or of several, and writes them back.
type CodedTable interface {
	Table
	End() (kept int) // forget what was computed for the records of a batch, not what was written: so many keys
	Flush(b *Batch)  // appends to b what was written, and forgets all; where b gets long it is applied and emptied
	Restored()       // entries were put beneath it
}

// A CodedHost is bytes for coded tables. kv has one; a stranger's may stand on anything that reads many keys at once.
type CodedHost interface {
	// Fetch appends to vals the value of every key, or its absence, in order. Keys ascend and are distinct.
	Fetch(keys, vals *Rows) error
	// Get appends the value of one key to buf: for a record that comes alone. Beside a store's own Get every step is felt.
	Get(key, buf []byte) (value []byte, ok bool, err error)
	// Keeps tells whether tables may keep keys over the ends of batches, so that what was read once is there.
	Keeps() bool
	// Scan appends to rows keys and values in turn, from the key at or after from, while they have the prefix, at most max pairs. It
	// sees what was applied before.
	Scan(prefix, from []byte, max int, rows *Rows) error
	// Walk is Scan for who cannot tell before how much it wants. The Cursor sees what was applied before Walk, whatever follows, and is closed
	// before the store.
	Walk(prefix, from []byte) (Cursor, error)
	// Apply makes all writes visible, in order and together.
	Apply(b *Batch) error
	// Fail marks the store as dead; End will return err.
	Fail(err error)
}

// A Cursor walks a range in ascending order and in blocks, so that a border is crossed once in a block.
type Cursor interface {
	// Next appends at most max keys and values, in turn. None appended means that the range is at its end.
	Next(rows *Rows, max int) error
	Close() error
}

// A LimitedHost takes no key and no value longer than its limit: a table panics with a *UsageError where such a key is used, where such a value is
// set, and where a list is read to which more was added. To add to a list reads nothing, so it is not limited.
type LimitedHost interface {
	CodedHost
	BytesMax() int
}
