package broken

import "github.com/weirbench/weir/backends"

// SkipsBehindRemoved is a backend on which going through a map skips the entry behind one that was removed on the way: the iterator has moved
// on already. It is the bug of libgdx #1390. hit is called for each entry that is skipped, on the store's goroutine.
func SkipsBehindRemoved(b backends.Backend, hit func()) backends.Backend {
	return tableBackend{b, func(d backends.Desc, t backends.Table) backends.Table {
		if m, ok := d.(interface {
			SkipBehindRemoved(backends.Table, func()) backends.Table
		}); ok {
			return m.SkipBehindRemoved(t, hit)
		}
		return t
	}}
}

// WithoutNamespaces is a backend that leaves the namespace out of the key of every state but timers: what a key has in one it has in all. It
// is the bug of FLINK-8679, where a condition on the namespace was missing. hit is called for each access that it leads astray, on the
// store's goroutine.
func WithoutNamespaces(b backends.Backend, hit func()) backends.Backend {
	return tableBackend{b, func(d backends.Desc, t backends.Table) backends.Table {
		if n, ok := d.(interface {
			LeaveOutNamespace(backends.Table, func()) backends.Table
		}); ok {
			return n.LeaveOutNamespace(t, hit)
		}
		return t
	}}
}

// tableBackend puts something between a table and whoever uses it.
type tableBackend struct {
	backends.Backend
	between func(backends.Desc, backends.Table) backends.Table
}

func (b tableBackend) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	if err != nil {
		return nil, err
	}
	return tableStore{s, b.between}, nil
}

type tableStore struct {
	backends.Store
	between func(backends.Desc, backends.Table) backends.Table
}

func (s tableStore) Open(d backends.Desc) (backends.Table, error) {
	t, err := s.Store.Open(d)
	if err != nil {
		return nil, err
	}
	return s.between(d, t), nil
}
