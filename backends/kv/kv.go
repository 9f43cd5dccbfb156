package kv

import (
	"encoding/binary"
	"fmt"

	"github.com/weirbench/weir/backends"
)

// Options of a store; the zero value is the default.
type Options struct {
	// Keep is how many keys a table may keep over the ends of batches, as a cache and to write them back sorted and together. 0 writes at
	// the end of every batch. A snapshot writes them first, in its synchronous half.
	Keep int
	// BytesMax limits one key and one value, as Java's arrays limit Flink's RocksDB backend. Whoever sets a longer
	// value, or uses a longer key, gets a *backends.UsageError as a panic. What is added to a list passes, since nothing is read; a snapshot and its restore carry it, as the
	// files of Flink's checkpoints do; then the next look into it panics, and Clear helps. 0 is Flink's limit, 2,147,483,647. That is more than our own encoding can, whose limit
	// (backends.ValueBytesMax) holds in any case: a lower one shows with small values what Flink does with large ones.
	BytesMax int
	// Timers is where they are kept; the zero value is the database.
	Timers backends.TimerPlace
}

// For is o with what a store is opened with, where that says something else.
func (o Options) For(b backends.Options) Options {
	if b.Timers != "" {
		o.Timers = b.Timers
	}
	if b.BytesMax > 0 {
		o.BytesMax = b.BytesMax
	}
	return o
}

// BytesMax is the limit of keys and values when Options say nothing, Flink's own.
const BytesMax = 1<<31 - 1

// StatesMax is how many states a store can have: a key has one byte for the state, two for the key group, then what the table wrote. So a
// state is a range and a key group of it is a range within.
const StatesMax = 256

// Open makes a store of a database that is empty, and owns it from then on.
func Open(db DB, g backends.Groups, o Options) backends.Store {
	return &store{db: db, groups: g, opts: o, byName: map[string]int{}, open: map[*snapshot]bool{}}
}

type store struct {
	db       DB
	groups   backends.Groups
	opts     Options
	names    []string
	kinds    []backends.Kind
	tables   []backends.CodedTable
	heap     []heapTable
	byName   map[string]int
	expiring []*expiring
	batch    backends.Batch
	rows     backends.Rows
	one      []byte
	begun    bool
	restored bool
	open     map[*snapshot]bool
	err      error
	closed   bool
}

func (s *store) Open(d backends.Desc) (backends.Table, error) {
	_, twice := s.byName[d.Name()]
	switch {
	case s.begun:
		return nil, fmt.Errorf("it must be opened before the first batch")
	case twice:
		return nil, fmt.Errorf("opened twice")
	case len(s.names) == StatesMax:
		return nil, fmt.Errorf("there are %d states, which is all that there can be", StatesMax)
	}
	id := len(s.names)
	s.kinds = append(s.kinds, d.Kind())
	if d.Kind() == backends.TimerKind && s.opts.Timers != backends.TimersInStore {
		s.names, s.byName[d.Name()] = append(s.names, d.Name()), id
		return s.onHeap(id, d), nil
	}
	t := d.Coded(s, []byte{byte(id)}, s.groups)
	s.names, s.tables = append(s.names, d.Name()), append(s.tables, t)
	s.byName[d.Name()] = id
	s.expires(id, t)
	return t, nil
}

func (s *store) Begin() {
	s.begun = true
	if s.restored {
		s.restored = false
		s.write()
		for _, t := range s.tables {
			t.Restored()
		}
	}
	for i := range s.heap {
		s.heap[i].Begin()
	}
	if len(s.expiring) > 0 {
		s.tell()
	}
}

func (s *store) End() error {
	for _, t := range s.tables {
		if t.End() > s.opts.Keep {
			t.Flush(&s.batch)
		}
	}
	for i := range s.heap {
		s.heap[i].End()
	}
	s.write()
	if s.err != nil || len(s.expiring) == 0 {
		return s.err
	}
	s.scan()
	return s.err
}

// flush writes what tables keep.
func (s *store) flush() error {
	for _, t := range s.tables {
		t.Flush(&s.batch)
	}
	s.write()
	return s.err
}

func (s *store) write() {
	switch {
	case s.batch.Len() == 0 || s.err != nil:
	case s.batch.Size() > backends.RowsBytesMax:
		s.Fail(&backends.UsageError{What: "the writes of one batch are over 2 GiB; make its records fewer or smaller"})
	default:
		s.apply(&s.batch)
	}
	s.batch.Reset()
}

func (s *store) apply(b *backends.Batch) {
	if s.err == nil {
		s.Fail(s.db.Apply(b))
	}
}

// Fail keeps the first error; nil is none.
func (s *store) Fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *store) Apply(b *backends.Batch) error {
	s.apply(b)
	return s.err
}

func (s *store) Fetch(keys, vals *backends.Rows) error {
	return s.db.MultiGet(keys, vals)
}

func (s *store) Get(key, buf []byte) ([]byte, bool, error) {
	return s.db.Get(key, buf)
}

func (s *store) Keeps() bool { return s.opts.Keep > 0 }

func (s *store) Walk(prefix, from []byte) (backends.Cursor, error) {
	s.one = append(s.one[:0], prefix...)
	return s.db.Iter(from, after(s.one))
}

func (s *store) Scan(prefix, from []byte, max int, rows *backends.Rows) (err error) {
	it, err := s.Walk(prefix, from)
	if err != nil {
		return err
	}
	defer func() {
		if e := it.Close(); err == nil {
			err = e
		}
	}()
	return it.Next(rows, max)
}

// after makes of a prefix, in place, the first key behind all those that have it.
func after(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i]++; prefix[i] != 0 {
			return prefix[:i+1]
		}
	}
	return nil
}

func groupKey(b []byte, state, group int) []byte {
	return binary.BigEndian.AppendUint16(append(b, byte(state)), uint16(group))
}

func (s *store) Restore(e *backends.Entry) error {
	id, ok := s.byName[e.State]
	switch {
	case s.begun:
		return fmt.Errorf("restore state %s: the store has begun", e.State)
	case !ok:
		return fmt.Errorf("restore: state %s is not open", e.State)
	case !s.groups.Has(e.Group):
		return fmt.Errorf("restore state %s: key group %d is not of %v", e.State, e.Group, s.groups)
	}
	if t := s.heapOf(id); t != nil {
		if err := t.Restore(e); err != nil {
			return fmt.Errorf("restore state %s: key group %d: %w", e.State, e.Group, err)
		}
		return nil
	}
	s.restored = true
	s.one = append(groupKey(s.one[:0], id, e.Group), e.Key...)
	if err := s.tooLarge(e, len(s.one)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if s.batch.Set(s.one, e.Value); s.batch.Len() >= 1024 || s.batch.Size() >= 1<<20 {
		s.write()
	}
	return s.err
}

func (s *store) Snapshot() (backends.Snapshot, error) {
	if err := s.flush(); err != nil {
		return nil, err
	}
	onHeap, err := s.keep()
	if err != nil {
		s.Fail(err)
		return nil, err
	}
	v, err := s.db.View()
	if err != nil {
		release(onHeap)
		s.Fail(err)
		return nil, err
	}
	f := &snapshot{store: s, view: v, groups: s.groups, names: s.names, alive: s.alive(), heap: onHeap}
	s.open[f] = true
	return f, nil
}

func (s *store) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	for f := range s.open { // in any order: closing one does not touch another
		f.Close()
	}
	return s.db.Close()
}
