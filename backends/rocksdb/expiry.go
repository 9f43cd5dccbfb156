//go:build rocksdb && cgo

package rocksdb

// #cgo CXXFLAGS: -fno-rtti
// #include "expiry.h"
import "C"

import (
	"sync/atomic"
	"unsafe"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

var _ kv.Expirer = (*DB)(nil)

// An expiry is what the compactions of a database know: a word of C's memory for the time, and rules. The zero one has neither.
type expiry struct {
	c     *C.weir_expiry_t
	clock *int64
	told  int64
	views []int64 // when those that are open were made
}

// expire makes compactions leave out what has expired. In memory they do not: there a database is a simulation's, in which nothing
// may depend on when a thread of RocksDB runs, and package kv looks for it instead.
func (d *DB) expire(options unsafe.Pointer, inMemory bool) {
	d.expiry.told = backends.NeverUs
	if inMemory {
		return
	}
	d.expiry.c = C.weir_expiry_new(options)
	d.expiry.clock = (*int64)(unsafe.Pointer(C.weir_expiry_clock(d.expiry.c)))
	d.atEnd(func() { C.weir_expiry_free(d.expiry.c) })
}

// Expire takes prefixes of one byte.
func (d *DB) Expire(prefix []byte, e backends.Expiry) bool {
	if d.expiry.c == nil || len(prefix) != 1 {
		return false
	}
	list := 0
	if e.List {
		list = 1
	}
	C.weir_expiry_rule(d.expiry.c, C.uint8_t(prefix[0]), C.int64_t(e.LifeUs), C.int(list), C.int(e.Width), C.int(e.AskAfter))
	return true
}

// Tell is one store to memory, which the filters read. RocksDB's filters take no notice of snapshots, so while there are Views the time is not
// later than that of the oldest: they lose nothing that was alive when they were made.
func (d *DB) Tell(nowUs int64) {
	d.expiry.told = nowUs
	d.expiry.tell()
}

func (x *expiry) tell() {
	if x.clock == nil {
		return
	}
	now := x.told
	for _, at := range x.views {
		now = min(now, at)
	}
	atomic.StoreInt64(x.clock, now)
}

// viewed takes note of a View, and what it returns of its end.
func (x *expiry) viewed() (ended func()) {
	at := x.told
	x.views = append(x.views, at)
	return func() {
		for i, v := range x.views {
			if v == at {
				x.views = append(x.views[:i], x.views[i+1:]...)
				break
			}
		}
		x.tell()
	}
}
