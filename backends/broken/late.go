package broken

import (
	"fmt"
	"sync"

	"github.com/weirbench/weir/backends"
)

// LateSnapshot is a backend whose snapshot is taken when it is first read, not when Snapshot returns: the bug of an LSM iterator that is opened
// after the cut. hit is called, on the reader's goroutine, each time a snapshot is taken late.
func LateSnapshot(b backends.Backend, hit func()) backends.Backend { return lateBackend{b, hit} }

type lateBackend struct {
	backends.Backend
	hit func()
}

func (b lateBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return &lateStore{Store: s, groups: o.Groups, hit: b.hit}, nil
}

// lateStore keeps readers out of a batch: the bug is the wrong moment, not a data race.
type lateStore struct {
	backends.Store
	groups backends.Groups
	hit    func()
	mu     sync.Mutex // held from Begin to End, and by whoever takes a snapshot late
	begun  bool       // the store's goroutine's
	closed bool
}

func (s *lateStore) Begin() {
	s.mu.Lock()
	s.begun = true
	s.Store.Begin()
}

func (s *lateStore) End() error {
	err := s.Store.End()
	s.endBatch()
	return err
}

// endBatch lets readers in, also when a batch failed and never came to its End.
func (s *lateStore) endBatch() {
	if s.begun {
		s.begun = false
		s.mu.Unlock()
	}
}

func (s *lateStore) Close() error {
	s.endBatch()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.Store.Close()
}

func (s *lateStore) Snapshot() (backends.Snapshot, error) { return &lateSnapshot{s: s}, nil }

type lateSnapshot struct {
	s      *lateStore
	mu     sync.Mutex // one Each at a time, and Close waits for it
	inner  backends.Snapshot
	closed bool
}

func (f *lateSnapshot) Groups() backends.Groups { return f.s.groups }

func (f *lateSnapshot) Each(group int, yield func(*backends.Entry) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.take(); err != nil {
		return err
	}
	return f.inner.Each(group, yield)
}

func (f *lateSnapshot) take() error {
	if f.inner != nil && !f.closed {
		return nil
	}
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	if f.closed || f.s.closed {
		return fmt.Errorf("read snapshot: %w", backends.ErrClosed)
	}
	inner, err := f.s.Store.Snapshot()
	if err != nil {
		return err
	}
	f.inner = inner
	f.s.hit()
	return nil
}

func (f *lateSnapshot) Close() {
	f.s.endBatch()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	if f.closed = true; f.inner != nil {
		f.inner.Close()
	}
}
