package tables

import (
	"slices"
	"unsafe"

	"github.com/weirbench/weir/backends"
)

// spots are the slots where the keys of a batch are at home, those of the current record and of some behind it, for states without
// namespaces whose entries lead to more memory. One loop finds and touches them and another what they lead to, so that the processor waits
// for many cache misses together.
type spots[K, N comparable, V any] struct {
	list  []*slot[K, N, V]
	from  int    // the record of the first
	since uint32 // moved, when they were found
	deep  func(*V) byte
	sum   byte // keeps the loops alive
}

// forget is for the beginning and the end of a batch.
func (x *spots[K, N, V]) forget() { x.list, x.from = x.list[:0], 0 }

// of returns the current key's slot, if it is at home in it; nil when it has to be looked for. A frozen table may share it.
func (x *spots[K, N, V]) of(t *cow[K, N, V], keys *backends.Keys[K]) *slot[K, N, V] {
	switch {
	case len(keys.Batch) == 1:
		return nil
	case uint(keys.At-x.from) >= uint(len(x.list)):
		x.find(t, keys)
	case x.since != t.moved: // to find them again for each record that moves something would cost more than it saves
		return nil
	}
	var zero K // a free slot holds it
	k := keys.Cur()
	if s := x.list[keys.At-x.from]; s.key == k.K && k.K != zero {
		return s
	}
	return nil
}

// find begins with the current record.
func (x *spots[K, N, V]) find(t *cow[K, N, V], keys *backends.Keys[K]) {
	keys.Cur()
	batch := keys.Batch[keys.At:min(keys.At+block, len(keys.Batch))]
	x.list, x.from, x.since = slices.Grow(x.list[:0], len(batch))[:len(batch)], keys.At, t.moved
	sum := byte(0)
	for i := range batch {
		k := &batch[i]
		x.list[i] = t.home[t.at(k.Group, k.Hash)].slot(k.Hash)
	}
	for _, s := range x.list {
		sum += *(*byte)(unsafe.Pointer(s))
	}
	for _, s := range x.list {
		sum += x.deep(&s.val)
	}
	x.sum = sum
}
