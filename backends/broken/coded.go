package broken

import (
	"bytes"

	"github.com/weirbench/weir/backends"
)

// ReadsOn is a backend over bytes on which going through a map does not stop where the key's prefix ends, but a byte of it later: what follows are
// entries of the neighbour. It is the bug of rust-rocksdb #577, of an iterator that seeks to a prefix and knows no end. hit is called for each
// entry of a neighbour that is read, on the store's goroutine. A backend of live objects has no prefixes and is never hit.
func ReadsOn(b backends.Backend, hit func()) backends.Backend {
	return descBackend{b, func(d backends.Desc) (backends.Desc, func(backends.Table) backends.Table) {
		if d.Kind() == backends.MapKind {
			d = readsOnDesc{d, hit}
		}
		return d, asItIs
	}}
}

type readsOnDesc struct {
	backends.Desc
	hit func()
}

func (d readsOnDesc) Coded(h backends.CodedHost, prefix []byte, g backends.Groups) backends.CodedTable {
	return d.Desc.Coded(readsOnHost{h, d.hit}, prefix, g)
}

type readsOnHost struct {
	backends.CodedHost
	hit func()
}

// BytesMax is the host's own.
func (h readsOnHost) BytesMax() int {
	if l, ok := h.CodedHost.(backends.LimitedHost); ok {
		return l.BytesMax()
	}
	return backends.ValueBytesMax
}

func (h readsOnHost) Walk(prefix, from []byte) (backends.Cursor, error) {
	c, err := h.CodedHost.Walk(prefix[:len(prefix)-1], from)
	return readsOnCursor{c, bytes.Clone(prefix), h.hit}, err
}

type readsOnCursor struct {
	backends.Cursor
	prefix []byte
	hit    func()
}

func (c readsOnCursor) Next(rows *backends.Rows, max int) error {
	at := rows.Len()
	err := c.Cursor.Next(rows, max)
	for ; at < rows.Len(); at += 2 {
		if !bytes.HasPrefix(rows.At(at), c.prefix) {
			c.hit()
		}
	}
	return err
}

// LosesBoundary is a backend over bytes on which a merge puts what is added to a list one byte off the boundary to the element before: the length
// is right, the elements are not. It is after SPARK-55131, where what a merge puts between two elements is more than who reads them expects.
// hit is called for each merge, on the store's goroutine. Lists with a TTL are spared; a backend of live objects merges nothing and is never hit.
func LosesBoundary(b backends.Backend, hit func()) backends.Backend {
	return descBackend{b, func(d backends.Desc) (backends.Desc, func(backends.Table) backends.Table) {
		if _, ok := d.(mortal); ok || d.Kind() != backends.ListKind {
			return d, asItIs
		}
		x := &boundaryDesc{Desc: d, hit: hit}
		return x, func(t backends.Table) backends.Table {
			if x.inner != nil {
				return x.inner // whose type operators ask for
			}
			return t
		}
	}}
}

type boundaryDesc struct {
	backends.Desc
	hit   func()
	inner backends.CodedTable
}

func (d *boundaryDesc) Coded(h backends.CodedHost, prefix []byte, g backends.Groups) backends.CodedTable {
	d.inner = d.Desc.Coded(h, prefix, g)
	return &boundaryTable{CodedTable: d.inner, hit: d.hit}
}

type boundaryTable struct {
	backends.CodedTable
	hit func()
	own backends.Batch
}

func (t *boundaryTable) Flush(b *backends.Batch) {
	t.own.Reset()
	t.CodedTable.Flush(&t.own)
	t.own.Each(func(op backends.Op, k, v []byte) {
		switch op {
		case backends.OpSet:
			b.Set(k, v)
		case backends.OpDelete:
			b.Delete(k)
		case backends.OpDeleteRange:
			b.DeleteRange(k, v)
		case backends.OpMerge:
			t.hit()
			b.Merge(k, append(bytes.Clone(v[1:]), v[0]))
		}
	})
}

// descBackend changes what a store is told of a state, and what it answers.
type descBackend struct {
	backends.Backend
	change func(backends.Desc) (backends.Desc, func(backends.Table) backends.Table)
}

func asItIs(t backends.Table) backends.Table { return t }

func (b descBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return descStore{s, b}, nil
}

type descStore struct {
	backends.Store
	b descBackend
}

func (s descStore) Open(d backends.Desc) (backends.Table, error) {
	d, answer := s.b.change(d)
	t, err := s.Store.Open(d)
	if err != nil {
		return nil, err
	}
	return answer(t), nil
}
