//go:build rocksdb && cgo

package rocksdb_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/rocksdb"
)

// unconfigured is FLINK-40354: the filter is attached and never learns what it is for.
type unconfigured struct{ *rocksdb.DB }

func (unconfigured) Expire([]byte, backends.Expiry) bool { return true }

type untold struct{ *rocksdb.DB }

func (untold) Tell(int64) {}

// hasty is ahead of time by a microsecond.
type hasty struct{ *rocksdb.DB }

func (d hasty) Tell(now int64) { d.DB.Tell(now + 1) }

// deaf takes lists for values: only the time of their first element counts.
type deaf struct{ *rocksdb.DB }

func (d deaf) Expire(prefix []byte, e backends.Expiry) bool {
	e.List = false
	return d.DB.Expire(prefix, e)
}

// forgetful does not know of Views.
type forgetful struct{ *rocksdb.DB }

func (d forgetful) View() (kv.View, error) {
	v, err := d.DB.View()
	if err != nil {
		return nil, err
	}
	if err := v.Close(); err != nil {
		return nil, err
	}
	return unpinned{d.DB}, nil
}

type unpinned struct{ *rocksdb.DB }

func (unpinned) Close() error { return nil }

// The filter of compactions is RocksDB's own here, so what may go wrong with it is tried here.
func TestMutantsOfExpiry(t *testing.T) {
	open := func(t *testing.T, dir string) *rocksdb.DB {
		db, err := rocksdb.OpenDB(backends.Options{Dir: dir, MemoryBytes: 8 << 20}, false)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	for name, change := range map[string]func(*rocksdb.DB) kv.DB{
		"unconfigured": func(db *rocksdb.DB) kv.DB { return unconfigured{db} },
		"untold":       func(db *rocksdb.DB) kv.DB { return untold{db} },
		"hasty":        func(db *rocksdb.DB) kv.DB { return hasty{db} },
		"deaf":         func(db *rocksdb.DB) kv.DB { return deaf{db} },
		"forgetful":    func(db *rocksdb.DB) kv.DB { return forgetful{db} },
	} {
		errs := backendtest.BrokenDB(t, "expire", func(t *testing.T, dir string) kv.DB { return change(open(t, dir)) })
		if len(errs) == 0 {
			t.Errorf("the clause expire passes what is %s", name)
		}
	}
	for _, c := range []struct {
		name   string
		change func(*rocksdb.DB) kv.DB
		broken bool
	}{
		{"as it is", func(db *rocksdb.DB) kv.DB { return db }, false},
		{"unconfigured", func(db *rocksdb.DB) kv.DB { return unconfigured{db} }, true},
		{"untold", func(db *rocksdb.DB) kv.DB { return untold{db} }, true},
	} {
		errs := backendtest.Broken("ttl-unread-goes", opened(func(o backends.Options) backends.Store {
			return kv.Open(c.change(open(t, t.TempDir())), o.Groups, kv.Options{})
		}))
		if (len(errs) > 0) != c.broken {
			t.Errorf("%s: ttl-unread-goes fails with %q, want it to fail: %v", c.name, errs, c.broken)
		}
	}
}

type opened func(backends.Options) backends.Store

func (f opened) Open(o backends.Options) (backends.Store, error) { return f(o), nil }
