//go:build rocksdb && cgo

package rocksdb

// #include "bulk.h"
// #cgo noescape weir_get
// #cgo nocallback weir_get
// #cgo noescape weir_multi_get
// #cgo nocallback weir_multi_get
// #cgo noescape weir_apply
// #cgo nocallback weir_apply
// #cgo noescape weir_iter_new
// #cgo nocallback weir_iter_new
// #cgo noescape weir_iter_next
// #cgo nocallback weir_iter_next
import "C"

import (
	"errors"
	"unsafe"

	"github.com/linxGnu/grocksdb"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// DB is a RocksDB database as package kv wants it.
type DB struct {
	grocks *grocksdb.DB
	db     *C.rocksdb_t
	cf     *C.rocksdb_column_family_handle_t
	ro     *C.rocksdb_readoptions_t
	wo     *C.rocksdb_writeoptions_t
	rows   *C.weir_rows_t // scratch of the goroutine that calls
	idle   *C.weir_iter_t // closed by its user, and ends with the next, or when something is applied; nil: none
	expiry expiry
	ends   []func()
}

var _ kv.DB = (*DB)(nil)

// RocksDB is what lies beneath, for who holds it against this package. Whoever writes there writes behind the store's back.
func (d *DB) RocksDB() *grocksdb.DB { return d.grocks }

// atEnd adds to what Close does, last first.
func (d *DB) atEnd(f func()) { d.ends = append(d.ends, f) }

func (d *DB) end() {
	for i := len(d.ends) - 1; i >= 0; i-- {
		d.ends[i]()
	}
	d.ends = nil
}

func failed(r *C.weir_rows_t) error {
	if r.error == nil {
		return nil
	}
	return errors.New("rocksdb: " + C.GoString(r.error))
}

func ptr(b []byte) *C.char { return (*C.char)(unsafe.Pointer(unsafe.SliceData(b))) }

// take appends what C left in r, or returns its error.
func take(dst *backends.Rows, r *C.weir_rows_t) error {
	if r.error != nil {
		return failed(r)
	}
	base := uint32(len(dst.Data))
	if int(base)+int(r.len) > backends.RowsBytesMax {
		return errors.New("rocksdb: the bytes of one batch are over 2 GiB")
	}
	dst.Data = append(dst.Data, unsafe.Slice((*byte)(unsafe.Pointer(r.data)), int(r.len))...)
	for _, e := range unsafe.Slice((*uint32)(unsafe.Pointer(r.ends)), int(r.n)) {
		dst.Ends = append(dst.Ends, e+base) // the absent bit stays
	}
	return nil
}

// Get copies the value.
func (d *DB) Get(key, buf []byte) ([]byte, bool, error) {
	for {
		room := buf[len(buf):cap(buf)]
		n := int(C.weir_get(d.db, d.ro, d.rows, ptr(key), C.size_t(len(key)), ptr(room), C.size_t(len(room))))
		switch {
		case n == -2:
			return buf, false, failed(d.rows)
		case n == -1:
			return buf, false, nil
		case n <= len(room):
			return buf[:len(buf)+n], true, nil
		}
		buf = append(buf, make([]byte, n)...)[:len(buf)]
	}
}

// MultiGet is one call.
func (d *DB) MultiGet(keys, vals *backends.Rows) error {
	if keys.Len() == 0 {
		return nil
	}
	C.weir_multi_get(d.db, d.cf, d.ro, d.rows, ptr(keys.Data), (*C.uint32_t)(unsafe.Pointer(&keys.Ends[0])), C.size_t(keys.Len()))
	return take(vals, d.rows)
}

// Apply gives RocksDB a copy of the batch.
func (d *DB) Apply(b *backends.Batch) error {
	d.dismiss()
	rep := b.Repr()
	C.weir_apply(d.db, d.wo, d.rows, ptr(rep), C.size_t(len(rep)))
	return failed(d.rows)
}

// Iter walks what was applied.
func (d *DB) Iter(lo, hi []byte) (kv.Iter, error) {
	it := d.iter(d.idle, nil, lo, hi)
	it.of, d.idle = d, nil
	return it, nil
}

// dismiss lets go of the idle iterator, and of what it pins.
func (d *DB) dismiss() {
	if d.idle != nil {
		C.weir_iter_free(d.idle)
		d.idle = nil
	}
}

// View is a RocksDB snapshot.
func (d *DB) View() (kv.View, error) {
	s := d.grocks.NewSnapshot()
	return &view{d, s, (*C.rocksdb_snapshot_t)(inner(s)), d.expiry.viewed()}, nil
}

// Flush writes the memtable to a file.
func (d *DB) Flush() error {
	d.dismiss()
	o := grocksdb.NewDefaultFlushOptions()
	defer o.Destroy()
	return d.grocks.Flush(o)
}

// Checkpoint flushes first, which RocksDB does by itself.
func (d *DB) Checkpoint(dir string) error {
	d.dismiss()
	c, err := d.grocks.NewCheckpoint()
	if err != nil {
		return err
	}
	defer c.Destroy()
	return c.CreateCheckpoint(dir, 0)
}

// Compact flushes and puts all files in one sorted level, so that measurements begin alike.
func (d *DB) Compact() error {
	if err := d.Flush(); err != nil {
		return err
	}
	d.grocks.CompactRange(grocksdb.Range{})
	return nil
}

// Metrics are RocksDB's own.
func (d *DB) Metrics() map[string]float64 {
	m := map[string]float64{}
	// The order cannot be seen: what is read goes into a map, too.
	for name, property := range map[string]string{
		"disk_bytes":            "rocksdb.total-sst-files-size",
		"memtable_bytes":        "rocksdb.cur-size-all-mem-tables",
		"cache_bytes":           "rocksdb.block-cache-usage",
		"compaction_debt_bytes": "rocksdb.estimate-pending-compaction-bytes",
		"snapshots":             "rocksdb.num-snapshots",
	} {
		if v, ok := d.grocks.GetIntProperty(property); ok {
			m[name] = float64(v)
		}
	}
	return m
}

// Close is called when all Views are closed.
func (d *DB) Close() error {
	d.dismiss()
	d.end()
	return nil
}

type view struct {
	d    *DB
	snap *grocksdb.Snapshot
	c    *C.rocksdb_snapshot_t
	end  func()
}

func (v *view) Iter(lo, hi []byte) (kv.Iter, error) { return v.d.iter(nil, v.c, lo, hi), nil }

func (v *view) Close() error {
	v.d.grocks.ReleaseSnapshot(v.snap)
	v.end()
	return nil
}

type iter struct {
	c  *C.weir_iter_t
	of *DB // nil: of a view
}

func (d *DB) iter(old *C.weir_iter_t, snap *C.rocksdb_snapshot_t, lo, hi []byte) iter {
	return iter{c: C.weir_iter_new(old, d.db, snap, ptr(lo), C.size_t(len(lo)), ptr(hi), C.size_t(len(hi)))}
}

func (it iter) Next(rows *backends.Rows, max int) error {
	C.weir_iter_next(it.c, C.int(max))
	return take(rows, it.c.rows)
}

// Close leaves an iterator to whoever makes the next, which is then one call of C and not two.
func (it iter) Close() error {
	if it.of != nil && it.of.idle == nil {
		it.of.idle = it.c
	} else {
		C.weir_iter_free(it.c)
	}
	return nil
}
