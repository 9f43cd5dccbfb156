package pebble

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// Backend makes stores over Pebble, each with a database of its own. The zero value is the default.
type Backend struct {
	KV kv.Options
	// InMemory keeps the files in memory and leaves Options.Dir alone: for simulations, which open thousands of stores.
	InMemory bool
}

// MemoryBytes is what a store uses for its memtable and cache when Options say nothing.
const MemoryBytes = 320 << 20

// Open makes an empty store.
func (b Backend) Open(o backends.Options) (backends.Store, error) {
	db, err := OpenDB(o, b.InMemory)
	if err != nil {
		return nil, err
	}
	return kv.Open(db, o.Groups, b.KV.For(o)), nil
}

// OpenDB opens the database alone.
func OpenDB(o backends.Options, inMemory bool) (*DB, error) {
	opts := options(o)
	if inMemory {
		opts.FS = vfs.NewMem()
		o.Dir = "db"
	}
	db, err := pebble.Open(o.Dir, opts)
	if err != nil {
		return nil, fmt.Errorf("open pebble in %s: %w", o.Dir, err)
	}
	return &DB{db: db, lent: db.NewBatch(), own: db.NewBatch(), room: int(opts.MemTableSize / 4)}, nil
}

// format is the newest of Pebble's whose tables are read without allocating: from the next one on, every key that is read from a file
// costs sixteen bytes of garbage. What later formats bring (columns in blocks, excision) is not needed so far.
const format = pebble.FormatPrePebblev1MarkedCompacted

// options suit a task that reads points, writes batches and may lose everything at any time.
func options(o backends.Options) *pebble.Options {
	memory := o.MemoryBytes
	if memory == 0 {
		memory = MemoryBytes
	}
	table := min(max(memory/5, 1<<20), 64<<20) // one is flushed while another fills
	opts := &pebble.Options{
		DisableWAL:                  true,
		FormatMajorVersion:          format,
		Merger:                      newMerger(),
		MemTableSize:                uint64(table),
		MemTableStopWritesThreshold: 4,
		CacheSize:                   max(memory-table, 1<<20),
		MaxOpenFiles:                1000,
		Logger:                      logger{o.Log},
	}
	for i := range opts.Levels {
		opts.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	return opts
}

// logger passes on what Pebble says.
type logger struct{ to *slog.Logger }

func (l logger) Infof(format string, args ...any) {
	if l.to != nil && l.to.Enabled(context.Background(), slog.LevelDebug) {
		l.to.Debug("pebble says", "text", fmt.Sprintf(format, args...))
	}
}

func (l logger) Errorf(format string, args ...any) {
	if l.to != nil {
		l.to.Warn("pebble complains", "text", fmt.Sprintf(format, args...))
	}
}

// Fatalf must not return.
func (l logger) Fatalf(format string, args ...any) { panic("pebble: " + fmt.Sprintf(format, args...)) }
