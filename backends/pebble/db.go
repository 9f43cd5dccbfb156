package pebble

import (
	"context"

	"github.com/cockroachdb/pebble/v2"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// DB is a Pebble database as package kv wants it.
type DB struct {
	db   *pebble.DB
	lent *pebble.Batch // has the bytes of another batch while they are applied
	own  *pebble.Batch // has copies
	room int           // what a batch may take of a memtable and surely goes into it

	idle    *iter  // closed by its user, and over all that was applied still; nil: none
	applied uint64 // counts batches and whatever else an idle iterator is not to outlive
}

var _ kv.DB = (*DB)(nil)

// Pebble is what lies beneath, for who holds it against this package. Whoever writes there writes behind the store's back.
func (d *DB) Pebble() *pebble.DB { return d.db }

// Get copies the value.
func (d *DB) Get(key, buf []byte) ([]byte, bool, error) {
	v, c, err := d.db.Get(key)
	if err == pebble.ErrNotFound {
		return buf, false, nil
	}
	if err != nil {
		return buf, false, err
	}
	buf = append(buf, v...)
	return buf, true, c.Close()
}

// MultiGet is a Get for each key, in order, so that neighbours meet warm caches. One iterator that seeks forward loses: it positions every
// level, where Get stops at the first that has the key.
func (d *DB) MultiGet(keys, vals *backends.Rows) error {
	for i := range keys.Len() {
		data, ok, err := d.Get(keys.At(i), vals.Data)
		if err != nil {
			return err
		}
		if ok {
			vals.Data = data
			vals.Close()
		} else {
			vals.AddAbsent()
		}
	}
	return nil
}

// entryBytes is more than a write takes of the memtable beside its own bytes: a node with links on all twenty levels.
const entryBytes = 512

// Apply gives Pebble the bytes as they are, which the memtable copies. A batch that is large beside the memtable becomes one itself and its bytes
// are kept, so that is a copy.
func (d *DB) Apply(b *backends.Batch) error {
	d.dismiss()
	if b.Len() == 0 {
		return nil
	}
	if b.Size()+b.Len()*entryBytes > d.room {
		return d.applyCopy(b)
	}
	if err := d.lent.SetRepr(b.Repr()); err != nil {
		return err
	}
	err := d.db.Apply(d.lent, pebble.NoSync)
	d.lent.Reset()
	return err
}

func (d *DB) applyCopy(b *backends.Batch) error {
	d.own.Reset()
	var err error
	b.Each(func(op backends.Op, k, v []byte) {
		var e error
		switch op {
		case backends.OpSet:
			e = d.own.Set(k, v, nil)
		case backends.OpDelete:
			e = d.own.Delete(k, nil)
		case backends.OpMerge:
			e = d.own.Merge(k, v, nil)
		case backends.OpDeleteRange:
			e = d.own.DeleteRange(k, v, nil)
		}
		if err == nil {
			err = e
		}
	})
	if err != nil {
		return err
	}
	return d.db.Apply(d.own, pebble.NoSync)
}

// Iter walks what was applied. To make an iterator costs as much as to walk a dozen entries, so one that is closed is kept for the next until
// something is applied.
func (d *DB) Iter(lo, hi []byte) (kv.Iter, error) {
	if it := d.idle; it != nil {
		d.idle, it.started = nil, false
		it.SetBounds(lo, hi)
		return it, nil
	}
	it, err := d.db.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
	if err != nil {
		return nil, err
	}
	return &iter{Iterator: it, of: d, applied: d.applied}, nil
}

// dismiss lets go of the idle iterator, and of what it pins.
func (d *DB) dismiss() {
	d.applied++
	if d.idle != nil {
		d.idle.Iterator.Close() // it had no error when it was put there, and has done nothing since
		d.idle = nil
	}
}

// View is a Pebble snapshot.
func (d *DB) View() (kv.View, error) { return view{d.db.NewSnapshot()}, nil }

// Flush writes the memtable to a file.
func (d *DB) Flush() error {
	d.dismiss()
	return d.db.Flush()
}

// Checkpoint flushes first: without a write-ahead log Pebble would leave the memtable out.
func (d *DB) Checkpoint(dir string) error {
	if err := d.Flush(); err != nil {
		return err
	}
	return d.db.Checkpoint(dir)
}

// Compact flushes and puts all files in one sorted level, so that measurements begin alike.
func (d *DB) Compact() error {
	if err := d.Flush(); err != nil {
		return err
	}
	return d.db.Compact(context.Background(), []byte{0}, []byte{0xff, 0xff}, false)
}

// Metrics are Pebble's own.
func (d *DB) Metrics() map[string]float64 {
	m := d.db.Metrics()
	t := m.Total()
	return map[string]float64{
		"disk_bytes":            float64(m.DiskSpaceUsage()),
		"memtable_bytes":        float64(m.MemTable.Size),
		"cache_bytes":           float64(m.BlockCache.Size),
		"cache_hits":            float64(m.BlockCache.Hits),
		"cache_misses":          float64(m.BlockCache.Misses),
		"flushes":               float64(m.Flush.Count),
		"flushed_bytes":         float64(t.TableBytesFlushed),
		"compactions":           float64(m.Compact.Count),
		"compacted_bytes":       float64(t.TableBytesCompacted),
		"compaction_debt_bytes": float64(m.Compact.EstimatedDebt),
		"snapshots":             float64(m.Snapshots.Count),
	}
}

// Close is called when all Views are closed.
func (d *DB) Close() error {
	d.dismiss()
	return d.db.Close()
}

type view struct{ *pebble.Snapshot }

func (v view) Iter(lo, hi []byte) (kv.Iter, error) {
	it, err := v.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
	if err != nil {
		return nil, err
	}
	return &iter{Iterator: it}, nil
}

type iter struct {
	*pebble.Iterator
	started bool
	of      *DB // nil: of a view
	applied uint64
}

// Close keeps an iterator for who comes next, if it sees what he is to see.
func (it *iter) Close() error {
	if d := it.of; d != nil && d.idle == nil && d.applied == it.applied && it.Error() == nil {
		d.idle = it
		return nil
	}
	return it.Iterator.Close()
}

// Next stops on the last row that is wanted: perhaps nobody wants the one behind.
func (it *iter) Next(rows *backends.Rows, max int) error {
	for ; max > 0; max-- {
		if !it.on() {
			return it.Error()
		}
		v, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		rows.Add(it.Key())
		rows.Add(v)
	}
	return it.Error()
}

// on goes to the next row, and tells whether there is one.
func (it *iter) on() bool {
	if !it.started {
		it.started = true
		return it.First()
	}
	return it.Valid() && it.Iterator.Next()
}
