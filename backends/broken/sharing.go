package broken

import "github.com/weirbench/weir/backends"

// WithoutCopyOnWrite is a backend of live objects whose snapshots go on sharing their memory with the tables: what is written to an entry
// behind the cut is in the snapshot, what moves elsewhere is not. It is the bug of FLINK-26967. hit is called, on the store's goroutine, for
// each table that a snapshot shares; a backend without tables of live objects is never hit.
//
// Whoever reads such a snapshot while the store goes on races with it, so it is for simulations, where they take turns.
func WithoutCopyOnWrite(b backends.Backend, hit func()) backends.Backend {
	return sharingBackend{b, hit}
}

type sharingBackend struct {
	backends.Backend
	hit func()
}

func (b sharingBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return &sharingStore{Store: s, hit: b.hit}, nil
}

type sharingStore struct {
	backends.Store
	hit    func()
	tables []sharer
}

// A sharer is a table that can forget that it was frozen.
type sharer interface{ WriteThrough() }

func (s *sharingStore) Open(d backends.Desc) (backends.Table, error) {
	t, err := s.Store.Open(d)
	if x, ok := t.(sharer); ok {
		s.tables = append(s.tables, x)
	}
	return t, err
}

func (s *sharingStore) Snapshot() (backends.Snapshot, error) {
	f, err := s.Store.Snapshot()
	if err != nil {
		return nil, err
	}
	for _, t := range s.tables {
		t.WriteThrough()
		s.hit()
	}
	return f, nil
}
