package broken

import "github.com/weirbench/weir/backends"

// Forgetful is a backend whose snapshots leave out every nth entry: state that is lost in a checkpoint, silently. hit is called, on the
// reader's goroutine, for each entry that is left out.
func Forgetful(b backends.Backend, nth int, hit func()) backends.Backend {
	return forgetfulBackend{b, nth, hit}
}

type forgetfulBackend struct {
	backends.Backend
	nth int
	hit func()
}

func (b forgetfulBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return &forgetfulStore{s, b}, nil
}

type forgetfulStore struct {
	backends.Store
	b forgetfulBackend
}

func (s *forgetfulStore) Snapshot() (backends.Snapshot, error) {
	f, err := s.Store.Snapshot()
	if err != nil {
		return nil, err
	}
	return &forgetfulSnapshot{f, s.b, 0}, nil
}

type forgetfulSnapshot struct {
	backends.Snapshot
	b    forgetfulBackend
	seen int
}

func (f *forgetfulSnapshot) Each(group int, yield func(*backends.Entry) error) error {
	return f.Snapshot.Each(group, func(e *backends.Entry) error {
		if f.seen++; f.seen%f.b.nth == 0 {
			f.b.hit()
			return nil
		}
		return yield(e)
	})
}
