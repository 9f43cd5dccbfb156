package backendtest

import (
	"errors"

	"github.com/weirbench/weir/backends"
)

func (s *mutant) Snapshot() (backends.Snapshot, error) {
	if s.shares && s.first != nil {
		return s.first, nil
	}
	f, err := s.Store.Snapshot()
	if err != nil {
		return nil, err
	}
	m := &mutantSnapshot{Snapshot: f, s: s, version: s.version.Load()}
	if s.shares {
		s.first = m
	}
	return m, nil
}

type mutantSnapshot struct {
	backends.Snapshot
	s       *mutant
	version int64
	closed  bool
}

func (f *mutantSnapshot) Each(group int, yield walk) error {
	if f.s.expires && f.s.version.Load() != f.version {
		return errors.New("the store went on")
	}
	if f.s.each != nil {
		return f.s.each(f, group, yield)
	}
	return f.Snapshot.Each(group, yield)
}

func (f *mutantSnapshot) Close() {
	if f.s.first == f {
		f.s.first = nil
	}
	switch {
	case f.s.hurries: // the store's Close ends it
		return
	case f.s.closesOnce && f.closed:
		panic("closed already")
	}
	f.closed = true
	f.Snapshot.Close()
}

func emptyWhenClosed(f *mutantSnapshot, group int, yield walk) error {
	if err := f.Snapshot.Each(group, yield); !errors.Is(err, backends.ErrClosed) {
		return err
	}
	return nil
}
