package broken

import "github.com/weirbench/weir/backends"

// ExclusiveBound is a backend that restores a task's key groups up to its last, without it, as if the range ended there: it is inclusive. It is after
// RocksDB #11811, where clipping a column family to a range compared with its end the wrong way. hit is called for each entry that is left out,
// on the store's goroutine.
func ExclusiveBound(b backends.Backend, hit func()) backends.Backend { return boundBackend{b, hit} }

type boundBackend struct {
	backends.Backend
	hit func()
}

func (b boundBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return boundStore{s, o.Groups.Last, b.hit}, nil
}

type boundStore struct {
	backends.Store
	end int
	hit func()
}

func (s boundStore) Restore(e *backends.Entry) error {
	if e.Group >= s.end {
		s.hit()
		return nil
	}
	return s.Store.Restore(e)
}
