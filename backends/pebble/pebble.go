// Package pebble is the door to cockroachdb/pebble.
package pebble

import (
	"github.com/cockroachdb/pebble/v2"
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

type Backend struct {
	Options *pebble.Options
	KV      kv.Options
}

func (b Backend) Open(o backends.Options) (backends.Store, error) {
	db, err := pebble.Open(o.Dir, b.Options)
	if err != nil {
		return nil, err
	}
	return kv.Open(&DB{DB: db}, o.Groups, b.KV), nil
}

type DB struct {
	*pebble.DB
	write *pebble.Batch // ours for good: a closed one goes to a pool together with the bytes that SetRepr gave it
	buf   []byte
}

func (d *DB) Get(key, buf []byte) ([]byte, bool, error) {
	v, c, err := d.DB.Get(key)
	if err == pebble.ErrNotFound {
		return buf, false, nil
	}
	if err != nil {
		return buf, false, err
	}
	buf = append(buf, v...)
	return buf, true, c.Close()
}

// MultiGet is a Get for each key, in order, so that neighbours meet warm caches. One iterator that seeks forward loses: it
// positions every level, where Get stops at the first that has the key.
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

func (d *DB) Apply(b *backends.Batch) error {
	if d.write == nil {
		d.write = d.DB.NewBatch()
	}
	d.write.Reset()
	d.buf = append(d.buf[:0], b.Repr()...)
	if err := d.write.SetRepr(d.buf); err != nil {
		return err
	}
	if len(d.buf) > 1<<20 { // Pebble may keep the bytes of a large batch
		d.buf = nil
	}
	return d.DB.Apply(d.write, pebble.NoSync)
}

func (d *DB) Iter(lo, hi []byte) (kv.Iter, error) {
	return newIter(d.DB.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi}))
}

// Checkpoint flushes first: without a write-ahead log Pebble would leave the memtable out.
func (d *DB) Checkpoint(dir string) error {
	if err := d.DB.Flush(); err != nil {
		return err
	}
	return d.DB.Checkpoint(dir)
}

func (d *DB) Metrics() map[string]float64 {
	m := d.DB.Metrics()
	return map[string]float64{"disk_bytes": float64(m.DiskSpaceUsage()), "compactions": float64(m.Compact.Count)}
}

func (d *DB) View() (kv.View, error) { return view{d.DB.NewSnapshot()}, nil }

type view struct{ *pebble.Snapshot }

func (v view) Iter(lo, hi []byte) (kv.Iter, error) {
	return newIter(v.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi}))
}

type iter struct {
	*pebble.Iterator
	started bool
}

func newIter(it *pebble.Iterator, err error) (kv.Iter, error) {
	if err != nil {
		return nil, err
	}
	return &iter{Iterator: it}, nil
}

func (it *iter) Next(rows *backends.Rows, max int) error {
	if !it.started {
		it.started = true
		it.First()
	}
	for ; max > 0 && it.Valid(); max-- {
		v, err := it.ValueAndErr()
		if err != nil {
			return err
		}
		rows.Add(it.Key())
		rows.Add(v)
		it.Iterator.Next()
	}
	return it.Error()
}
