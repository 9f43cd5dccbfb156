//go:build rocksdb && cgo

// What is hot goes around it, through a few lines of C over RocksDB's own C
// interface, so that a batch of any size crosses the border once.
package rocksdb

/*
#cgo LDFLAGS: -lrocksdb
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <rocksdb/c.h>

#define ABSENT 0x80000000u

// rows_t is backends.Rows in C's memory; scratch for the arrays that RocksDB wants.
typedef struct {
	char *data; size_t len, cap;
	uint32_t *ends; size_t n, endcap;
	const char **kp; size_t *kl; rocksdb_pinnableslice_t **vp; char **ep; size_t argcap;
} rows_t;

static void rows_add(rows_t *r, const char *p, size_t len, int present) {
	if (r->len + len > r->cap) { r->cap = 2 * (r->len + len) + 4096; r->data = realloc(r->data, r->cap); }
	if (r->n == r->endcap) { r->endcap = 2 * r->n + 256; r->ends = realloc(r->ends, r->endcap * sizeof *r->ends); }
	if (present) memcpy(r->data + r->len, p, len);
	r->len += len;
	r->ends[r->n++] = (uint32_t)r->len | (present ? 0 : ABSENT);
}

static char *weir_multi_get(rocksdb_t *db, rocksdb_column_family_handle_t *cf, rocksdb_readoptions_t *ro,
		const char *data, const uint32_t *ends, size_t n, rows_t *r) {
	if (n > r->argcap) {
		r->argcap = n;
		r->kp = realloc(r->kp, n * sizeof *r->kp); r->kl = realloc(r->kl, n * sizeof *r->kl);
		r->vp = realloc(r->vp, n * sizeof *r->vp); r->ep = realloc(r->ep, n * sizeof *r->ep);
	}
	uint32_t from = 0;
	for (size_t i = 0; i < n; i++) { r->kp[i] = data + from; r->kl[i] = ends[i] - from; from = ends[i]; }
	rocksdb_batched_multi_get_cf(db, ro, cf, n, r->kp, r->kl, r->vp, r->ep, 1);
	char *err = NULL;
	r->len = r->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (r->ep[i]) { if (err) free(r->ep[i]); else err = r->ep[i]; }
		size_t len = 0;
		const char *v = r->vp[i] ? rocksdb_pinnableslice_value(r->vp[i], &len) : NULL;
		rows_add(r, v, len, v != NULL);
		if (r->vp[i]) rocksdb_pinnableslice_destroy(r->vp[i]);
	}
	return err;
}

// weir_get returns the length of the value, which was copied if it fits, or -1, or -2 with *err set.
static long weir_get(rocksdb_t *db, rocksdb_readoptions_t *ro, const char *k, size_t klen, char *buf, size_t cap, char **err) {
	rocksdb_pinnableslice_t *p = rocksdb_get_pinned(db, ro, k, klen, err);
	if (*err) return -2;
	if (!p) return -1;
	size_t len;
	const char *v = rocksdb_pinnableslice_value(p, &len);
	if (len <= cap) memcpy(buf, v, len);
	rocksdb_pinnableslice_destroy(p);
	return (long)len;
}

static char *weir_apply(rocksdb_t *db, rocksdb_writeoptions_t *wo, const char *rep, size_t len) {
	char *err = NULL;
	rocksdb_writebatch_t *b = rocksdb_writebatch_create_from(rep, len);
	rocksdb_write(db, wo, b, &err);
	rocksdb_writebatch_destroy(b);
	return err;
}

static char *weir_next(rocksdb_iterator_t *it, int max, rows_t *r) {
	r->len = r->n = 0;
	for (; max > 0 && rocksdb_iter_valid(it); max--) {
		size_t kl, vl;
		const char *k = rocksdb_iter_key(it, &kl), *v = rocksdb_iter_value(it, &vl);
		rows_add(r, k, kl, 1);
		rows_add(r, v, vl, 1);
		rocksdb_iter_next(it);
	}
	char *err = NULL;
	rocksdb_iter_get_error(it, &err);
	return err;
}

static void rows_free(rows_t *r) { free(r->data); free(r->ends); free(r->kp); free(r->kl); free(r->vp); free(r->ep); free(r); }
*/
import "C"

import (
	"errors"
	"reflect"
	"unsafe"

	"github.com/linxGnu/grocksdb"
	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

type Backend struct {
	Options *grocksdb.Options
	KV      kv.Options
}

func (b Backend) Open(o backends.Options) (backends.Store, error) {
	db, err := OpenDB(b.Options, o.Dir)
	if err != nil {
		return nil, err
	}
	return kv.Open(db, o.Groups, b.KV), nil
}

type DB struct {
	G    *grocksdb.DB
	cf   *grocksdb.ColumnFamilyHandle
	RO   *grocksdb.ReadOptions
	WO   *grocksdb.WriteOptions
	db   *C.rocksdb_t
	ccf  *C.rocksdb_column_family_handle_t
	cro  *C.rocksdb_readoptions_t
	cwo  *C.rocksdb_writeoptions_t
	rows *C.rows_t
}

func OpenDB(opts *grocksdb.Options, dir string) (*DB, error) {
	db, cfs, err := grocksdb.OpenDbColumnFamilies(opts, dir, []string{"default"}, []*grocksdb.Options{opts})
	if err != nil {
		return nil, err
	}
	d := &DB{G: db, cf: cfs[0], RO: grocksdb.NewDefaultReadOptions(), WO: grocksdb.NewDefaultWriteOptions(), rows: newRows()}
	d.WO.DisableWAL(true)
	d.db = (*C.rocksdb_t)(inner(db))
	d.ccf = (*C.rocksdb_column_family_handle_t)(inner(d.cf))
	d.cro = (*C.rocksdb_readoptions_t)(inner(d.RO))
	d.cwo = (*C.rocksdb_writeoptions_t)(inner(d.WO))
	return d, nil
}

func newRows() *C.rows_t { return (*C.rows_t)(C.calloc(1, C.sizeof_rows_t)) }

// inner is the C object inside a grocksdb one, which has no way to ask for it.
func inner(p any) unsafe.Pointer {
	return reflect.ValueOf(p).Elem().FieldByName("c").UnsafePointer()
}

func failed(e *C.char) error {
	if e == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(e))
	return errors.New(C.GoString(e))
}

func ptr(b []byte) *C.char { return (*C.char)(unsafe.Pointer(unsafe.SliceData(b))) }

func appendRows(dst *backends.Rows, r *C.rows_t) {
	base := uint32(len(dst.Data))
	dst.Data = append(dst.Data, unsafe.Slice((*byte)(unsafe.Pointer(r.data)), int(r.len))...)
	for _, e := range unsafe.Slice((*uint32)(unsafe.Pointer(r.ends)), int(r.n)) {
		dst.Ends = append(dst.Ends, e+base) // the absent bit stays
	}
}

func (d *DB) Get(key, buf []byte) ([]byte, bool, error) {
	for {
		room := buf[len(buf):cap(buf)]
		var e *C.char
		n := int(C.weir_get(d.db, d.cro, ptr(key), C.size_t(len(key)), ptr(room), C.size_t(len(room)), &e))
		switch {
		case n == -2:
			return buf, false, failed(e)
		case n == -1:
			return buf, false, nil
		case n <= len(room):
			return buf[:len(buf)+n], true, nil
		}
		buf = append(buf, make([]byte, n)...)[:len(buf)]
	}
}

func (d *DB) MultiGet(keys, vals *backends.Rows) error {
	if keys.Len() == 0 {
		return nil
	}
	e := C.weir_multi_get(d.db, d.ccf, d.cro, ptr(keys.Data), (*C.uint32_t)(unsafe.Pointer(&keys.Ends[0])), C.size_t(keys.Len()), d.rows)
	appendRows(vals, d.rows)
	return failed(e)
}

func (d *DB) Apply(b *backends.Batch) error {
	rep := b.Repr()
	return failed(C.weir_apply(d.db, d.cwo, ptr(rep), C.size_t(len(rep))))
}

func (d *DB) Flush() error { return d.G.Flush(grocksdb.NewDefaultFlushOptions()) }

func (d *DB) Checkpoint(dir string) error {
	c, err := d.G.NewCheckpoint()
	if err != nil {
		return err
	}
	defer c.Destroy()
	return c.CreateCheckpoint(dir, 0)
}

func (d *DB) Metrics() map[string]float64 {
	n, _ := d.G.GetIntProperty("rocksdb.live-sst-files-size")
	return map[string]float64{"disk_bytes": float64(n)}
}

func (d *DB) Close() error {
	C.rows_free(d.rows)
	d.cf.Destroy()
	d.G.Close()
	return nil
}

func (d *DB) Iter(lo, hi []byte) (kv.Iter, error) { return newIter(d.G, nil, lo, hi), nil }

func (d *DB) View() (kv.View, error) { return &view{d.G, d.G.NewSnapshot()}, nil }

type view struct {
	db   *grocksdb.DB
	snap *grocksdb.Snapshot
}

func (v *view) Iter(lo, hi []byte) (kv.Iter, error) { return newIter(v.db, v.snap, lo, hi), nil }
func (v *view) Close() error                        { v.db.ReleaseSnapshot(v.snap); return nil }

type iter struct {
	it   *grocksdb.Iterator
	ro   *grocksdb.ReadOptions
	c    *C.rocksdb_iterator_t
	rows *C.rows_t
}

func newIter(db *grocksdb.DB, snap *grocksdb.Snapshot, lo, hi []byte) *iter {
	ro := grocksdb.NewDefaultReadOptions()
	if snap != nil {
		ro.SetSnapshot(snap)
	}
	if hi != nil {
		ro.SetIterateUpperBound(hi)
	}
	it := db.NewIterator(ro)
	it.Seek(lo)
	return &iter{it, ro, (*C.rocksdb_iterator_t)(inner(it)), newRows()}
}

func (it *iter) Next(rows *backends.Rows, max int) error {
	e := C.weir_next(it.c, C.int(max), it.rows)
	appendRows(rows, it.rows)
	return failed(e)
}

func (it *iter) Close() error {
	it.it.Close()
	it.ro.Destroy()
	C.rows_free(it.rows)
	return nil
}
