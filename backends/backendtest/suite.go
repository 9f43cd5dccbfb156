package backendtest

import (
	"fmt"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/kv"
)

// Run tests a backend. open is called often; it gets the key groups to own and an empty folder, and fails t if it cannot. A kind of state
// that a store refuses to open, with an error that wraps errors.ErrUnsupported, is skipped, and what it says is the reason.
func Run(t *testing.T, open func(t *testing.T, o backends.Options) backends.Store) {
	for _, c := range clauses() {
		t.Run(c.name, func(t *testing.T) {
			c.report(t, func(o backends.Options) (backends.Store, error) {
				o.Dir = t.TempDir()
				return open(t, o), nil
			})
		})
	}
}

// A clause is one promise of the contract and how to see whether it is kept.
type clause struct {
	name    string
	promise string
	check   func(c *check)
}

func clauses() []clause {
	var all []clause
	for _, chapter := range [][]clause{valueClauses(), apartClauses(), listClauses(), mapClauses(), nilClauses(), timerClauses(), snapshotClauses(), restoreClauses(), programClauses(), ttlClauses()} {
		all = append(all, chapter...)
	}
	return all
}

func (c clause) report(t *testing.T, open func(backends.Options) (backends.Store, error)) {
	t.Helper()
	k := &check{open: open}
	for _, e := range c.on(k) {
		t.Error(e)
	}
	if k.missing != "" {
		t.Skip("missing: " + k.missing)
	}
}

// run returns what was wrong, each with the promise that it breaks.
func (c clause) run(open func(backends.Options) (backends.Store, error)) []string {
	return c.on(&check{open: open})
}

// on tries the clause. A panic is wrong, too.
func (c clause) on(k *check) (broken []string) {
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(stop{}) {
				k.errs = append(k.errs, fmt.Sprintf("panic: %v", p))
			}
		}()
		c.check(k)
	}()
	for _, s := range k.stores {
		func() {
			defer func() {
				if p := recover(); p != nil {
					k.errs = append(k.errs, fmt.Sprintf("close: panic: %v", p))
				}
			}()
			s.Close()
		}()
	}
	for _, e := range k.errs {
		broken = append(broken, e+"\nthe broken promise: "+c.promise)
	}
	return broken
}

// check is one run of a clause: it collects what is wrong, so that a mutant's failure is a value and not a failed test.
type check struct {
	open   func(backends.Options) (backends.Store, error)
	stores []backends.Store
	errs   []string

	openDB  func(dir string) kv.DB // where an ordered store is tried
	dir     func() string          // a new folder
	missing string                 // the power that the store lacks, and why the clause was not tried
	refuses []backends.Kind        // that the store does not open
}

type stop struct{}

func (c *check) errorf(format string, args ...any) {
	if len(c.errs) < 10 {
		c.errs = append(c.errs, fmt.Sprintf(format, args...))
	}
}

// fatalf ends the clause.
func (c *check) fatalf(format string, args ...any) {
	c.errorf(format, args...)
	panic(stop{})
}

// must ends the clause if err is not nil.
func (c *check) must(what string, err error) {
	if err != nil {
		c.fatalf("%s: %v", what, err)
	}
}

// same ends the clause if two lists differ.
func (c *check) same(what string, got, want []string) {
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			c.fatalf("%s: item %d of %d: got %s, want %s (of %d)", what, i, len(got), item(got, i), item(want, i), len(want))
		}
	}
}

func item(s []string, i int) string {
	switch {
	case i >= len(s):
		return "nothing"
	case len(s[i]) > 200:
		return s[i][:200] + "…"
	}
	return s[i]
}

// store opens a store, which is closed when the clause is done.
func (c *check) store(g backends.Groups) backends.Store {
	s, err := c.open(backends.Options{Groups: g})
	c.must("open", err)
	c.stores = append(c.stores, s)
	return s
}

// Broken runs one clause and returns what a failed test would say: what was wrong, and the broken promise. It is for tests of what is broken
// on purpose, and panics if there is no such clause. Folders are not given: the backend needs none.
func Broken(name string, b backends.Backend) []string {
	for _, c := range clauses() {
		if c.name == name {
			return c.run(b.Open)
		}
	}
	panic("backendtest: there is no clause " + name)
}
