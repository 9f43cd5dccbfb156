//go:build rocksdb && cgo

package rocksdb

// #cgo LDFLAGS: -lrocksdb
// #include "bulk.h"
import "C"

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/linxGnu/grocksdb"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// Backend makes stores over RocksDB, each with a database of its own. The zero value is the default.
type Backend struct {
	KV kv.Options
	// InMemory keeps the files in memory and leaves Options.Dir alone: for simulations, which open thousands of stores.
	InMemory bool
}

// MemoryBytes is what a store uses for its memtable and cache when Options say nothing.
const MemoryBytes = 320 << 20

// Open makes an empty store. Options.Log hears nothing: RocksDB writes a file LOG in Options.Dir.
func (b Backend) Open(o backends.Options) (backends.Store, error) {
	db, err := OpenDB(o, b.InMemory)
	if err != nil {
		return nil, err
	}
	return kv.Open(db, o.Groups, b.KV.For(o)), nil
}

// OpenDB opens the database alone.
func OpenDB(o backends.Options, inMemory bool) (*DB, error) {
	d := &DB{}
	opts := d.options(o)
	d.expire(inner(opts), inMemory)
	if inMemory {
		opts.SetEnv(grocksdb.NewMemEnv()) // the options own it
		o.Dir = "/db"
	}
	db, cfs, err := grocksdb.OpenDbColumnFamilies(opts, o.Dir, []string{"default"}, []*grocksdb.Options{opts})
	if err != nil {
		d.end()
		return nil, fmt.Errorf("open rocksdb in %s: %w", o.Dir, err)
	}
	d.atEnd(db.Close)
	d.atEnd(cfs[0].Destroy)
	d.use(db, cfs[0])
	return d, nil
}

// options suit a task that reads points, writes batches and may lose everything at any time.
func (d *DB) options(o backends.Options) *grocksdb.Options {
	memory := o.MemoryBytes
	if memory == 0 {
		memory = MemoryBytes
	}
	table := min(max(memory/5, 1<<20), 64<<20) // one is flushed while another fills
	cache := grocksdb.NewLRUCache(uint64(max(memory-table, 1<<20)))
	blocks := grocksdb.NewDefaultBlockBasedTableOptions()
	blocks.SetBlockCache(cache)
	blocks.SetFilterPolicy(grocksdb.NewBloomFilterFull(10)) // the table options own it
	opts := grocksdb.NewDefaultOptions()
	opts.SetBlockBasedTableFactory(blocks)
	opts.SetCreateIfMissing(true)
	opts.SetWriteBufferSize(uint64(table))
	opts.SetMaxWriteBufferNumber(4)
	opts.SetMaxOpenFiles(1000)
	opts.SetStatsDumpPeriodSec(0)
	opts.SetKeepLogFileNum(1)
	opts.SetInfoLogLevel(grocksdb.WarnInfoLogLevel)
	C.weir_append((*C.rocksdb_options_t)(inner(opts)))
	blocks.Destroy()
	d.atEnd(cache.Destroy)
	d.atEnd(opts.Destroy)
	return opts
}

// use keeps the C objects of an open database.
func (d *DB) use(db *grocksdb.DB, cf *grocksdb.ColumnFamilyHandle) {
	ro, wo := grocksdb.NewDefaultReadOptions(), grocksdb.NewDefaultWriteOptions()
	wo.DisableWAL(true)
	d.grocks, d.rows = db, C.weir_rows_new()
	d.db = (*C.rocksdb_t)(inner(db))
	d.cf = (*C.rocksdb_column_family_handle_t)(inner(cf))
	d.ro = (*C.rocksdb_readoptions_t)(inner(ro))
	d.wo = (*C.rocksdb_writeoptions_t)(inner(wo))
	d.atEnd(ro.Destroy)
	d.atEnd(wo.Destroy)
	d.atEnd(func() { C.weir_rows_free(d.rows) })
}

// inner is the C object inside a grocksdb one, which has no way to ask for it.
func inner(p any) unsafe.Pointer {
	return reflect.ValueOf(p).Elem().FieldByName("c").UnsafePointer()
}
