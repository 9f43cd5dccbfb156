package heap

import (
	"fmt"
	"sync"

	"github.com/weirbench/weir/backends"
)

// Backend is the heap. It uses neither Options.Dir nor Options.MemoryBytes.
type Backend struct{}

// Open makes an empty store.
func (Backend) Open(o backends.Options) (backends.Store, error) {
	return &store{groups: o.Groups, byName: map[string]backends.LiveTable{}, open: map[*snapshot]bool{}}, nil
}

type store struct {
	groups backends.Groups
	tables []backends.LiveTable
	byName map[string]backends.LiveTable
	begun  bool
	open   map[*snapshot]bool
}

func (s *store) Open(d backends.Desc) (backends.Table, error) {
	switch {
	case s.begun:
		return nil, fmt.Errorf("it must be opened before the first batch")
	case s.byName[d.Name()] != nil:
		return nil, fmt.Errorf("opened twice")
	}
	t := d.Live(s.groups)
	s.tables = append(s.tables, t)
	s.byName[d.Name()] = t
	return t, nil
}

func (s *store) Begin() {
	s.begun = true
	for _, t := range s.tables {
		t.Begin()
	}
}

func (s *store) End() error {
	for _, t := range s.tables {
		t.End()
	}
	return nil
}

func (s *store) Restore(e *backends.Entry) error {
	t := s.byName[e.State]
	switch {
	case s.begun:
		return fmt.Errorf("restore state %s: the store has begun", e.State)
	case t == nil:
		return fmt.Errorf("restore: state %s is not open", e.State)
	case !s.groups.Has(e.Group):
		return fmt.Errorf("restore state %s: key group %d is not of %v", e.State, e.Group, s.groups)
	}
	if err := t.Restore(e); err != nil {
		return fmt.Errorf("restore state %s: key group %d: %w", e.State, e.Group, err)
	}
	return nil
}

func (s *store) Snapshot() (backends.Snapshot, error) {
	f := &snapshot{store: s}
	for _, t := range s.tables {
		f.tables = append(f.tables, t.Freeze())
	}
	s.open[f] = true
	return f, nil
}

func (s *store) Close() error {
	for f := range s.open { // in any order: closing one does not touch another
		f.Close()
	}
	return nil
}

type snapshot struct {
	store  *store
	mu     sync.Mutex // held by Each, so that Close cannot give back what is being read
	tables []backends.Frozen
	closed bool
}

func (f *snapshot) Groups() backends.Groups { return f.store.groups }

func (f *snapshot) Each(group int, yield func(*backends.Entry) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		return fmt.Errorf("read snapshot: %w", backends.ErrClosed)
	case !f.store.groups.Has(group):
		return fmt.Errorf("read snapshot: key group %d is not of %v", group, f.store.groups)
	}
	for _, t := range f.tables {
		if err := t.Each(group, yield); err != nil {
			return err
		}
	}
	return nil
}

func (f *snapshot) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	f.closed = true
	delete(f.store.open, f)
	for _, t := range f.tables {
		t.Release()
	}
	f.tables = nil
}
