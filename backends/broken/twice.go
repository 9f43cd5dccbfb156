package broken

import "github.com/weirbench/weir/backends"

// ReadTwice is legal: a snapshot's key group is read once for nothing, then for good. A check that minds it minds too much.
func ReadTwice(b backends.Backend, hit func()) backends.Backend { return twiceBackend{b, hit} }

type twiceBackend struct {
	backends.Backend
	hit func()
}

func (b twiceBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return &twiceStore{s, b.hit}, nil
}

type twiceStore struct {
	backends.Store
	hit func()
}

func (s *twiceStore) Snapshot() (backends.Snapshot, error) {
	f, err := s.Store.Snapshot()
	if err != nil {
		return nil, err
	}
	return &twiceSnapshot{f, s.hit}, nil
}

type twiceSnapshot struct {
	backends.Snapshot
	hit func()
}

func (f *twiceSnapshot) Each(group int, yield func(*backends.Entry) error) error {
	f.hit()
	if err := f.Snapshot.Each(group, func(*backends.Entry) error { return nil }); err != nil {
		return err
	}
	return f.Snapshot.Each(group, yield)
}
