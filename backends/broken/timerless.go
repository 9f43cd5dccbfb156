package broken

import "github.com/weirbench/weir/backends"

// Timerless is a backend that restores everything but timers, silently: as when they are looked for where they are not. hit is called for
// each that is left out, on the store's goroutine.
func Timerless(b backends.Backend, hit func()) backends.Backend { return timerlessBackend{b, hit} }

type timerlessBackend struct {
	backends.Backend
	hit func()
}

func (b timerlessBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return &timerlessStore{s, b.hit, map[string]bool{}}, nil
}

type timerlessStore struct {
	backends.Store
	hit    func()
	timers map[string]bool // by state
}

func (s *timerlessStore) Open(d backends.Desc) (backends.Table, error) {
	s.timers[d.Name()] = d.Kind() == backends.TimerKind
	return s.Store.Open(d)
}

func (s *timerlessStore) Restore(e *backends.Entry) error {
	if s.timers[e.State] {
		s.hit()
		return nil
	}
	return s.Store.Restore(e)
}
