package kv

import "github.com/weirbench/weir/backends"

// DB is an ordered key-value store that forgets what it has when the machine fails: durability is the snapshots'. One goroutine calls it,
// except Views, which go to another. No slice that it is given may be kept.
type DB interface {
	// Get appends the value of key to buf.
	Get(key, buf []byte) (value []byte, ok bool, err error)
	// MultiGet appends to vals the value of every key, or its absence, in order. Keys ascend and are distinct.
	MultiGet(keys, vals *backends.Rows) error
	// Apply makes all writes visible, in order and together. Merge appends to the value. An error that wraps backends.ErrUnknown means
	// perhaps; any other means none of them.
	Apply(b *backends.Batch) error
	// Iter walks [lo, hi) in ascending order, over what was applied before; hi of nil is the end.
	Iter(lo, hi []byte) (Iter, error)
	// View pins what was applied before. It costs no I/O that grows with the store.
	View() (View, error)
	// Flush puts everything in files.
	Flush() error
	// Checkpoint makes a folder with a store that opens to what was applied before. The folder must not exist.
	Checkpoint(dir string) error
	// Metrics are the store's own numbers, by name, in SI base units. Any goroutine may call it.
	Metrics() map[string]float64
	// Close is called when all Views and Iters are closed.
	Close() error
}

// View is a pinned DB.
type View interface {
	Iter(lo, hi []byte) (Iter, error)
	Close() error
}

// Iter walks a range in blocks.
type Iter = backends.Cursor
