package backendtest

import (
	"errors"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// A store need not have every kind of state: one that is not ordered refuses maps and timers, and says so with an error of Open that wraps
// errors.ErrUnsupported. The clauses that touch what was refused are skipped, with what the error says; all others are tried.

// opened ends the clause if a state could not be opened: as skipped if the store refuses it.
func (c *check) opened(err error) {
	if errors.Is(err, errors.ErrUnsupported) {
		refused{c, err}.touched()
	}
	c.must("open", err)
}

// besides does what a clause can do without: where f touches a kind that the store refuses, it is left out from there.
func (c *check) besides(f func()) {
	defer func() {
		p := recover()
		if p != nil && (p != any(stop{}) || c.missing == "") {
			panic(p)
		}
		c.missing = ""
	}()
	f()
}

// unless gives the stand-in for a table of a kind that the store refused.
func unless[T any](c *check, kind backends.Kind, instead func(refused) T) func(T, error) T {
	return func(t T, err error) T {
		if errors.Is(err, errors.ErrUnsupported) {
			c.refuses = append(c.refuses, kind)
			return instead(refused{c, err})
		}
		c.must("open", err)
		return t
	}
}

// refused stands where a table was refused. Whoever touches it ends the clause, but for Want, which changes nothing.
type refused struct {
	c   *check
	err error
}

func (r refused) touched() {
	r.c.missing = r.err.Error()
	panic(stop{})
}

type noList[N comparable, V any] struct{ refused }

func orNoList[N comparable, V any](r refused) tables.List[N, V] { return noList[N, V]{r} }

func (t noList[N, V]) Add(N, V)             { t.touched() }
func (t noList[N, V]) AddAll(N, []V)        { t.touched() }
func (t noList[N, V]) Each(N, func(V) bool) { t.touched() }
func (t noList[N, V]) Set(N, []V)           { t.touched() }
func (t noList[N, V]) Clear(N)              { t.touched() }
func (t noList[N, V]) Want(int, N)          {}

type noMap[N, U comparable, V any] struct{ refused }

func orNoMap[N, U comparable, V any](r refused) tables.Map[N, U, V] { return noMap[N, U, V]{r} }

func (t noMap[N, U, V]) Get(N, U) (v V, ok bool) { t.touched(); return v, false }
func (t noMap[N, U, V]) Set(N, U, V)             { t.touched() }
func (t noMap[N, U, V]) Remove(N, U)             { t.touched() }
func (t noMap[N, U, V]) Each(N, func(U, V) bool) { t.touched() }
func (t noMap[N, U, V]) Clear(N)                 { t.touched() }
func (t noMap[N, U, V]) Want(i int, ns N, u U)   {}

type noTimers[K, N comparable] struct{ refused }

func orNoTimers[K, N comparable](r refused) tables.Timers[K, N] { return noTimers[K, N]{r} }

func (t noTimers[K, N]) Register(int64, N)         { t.touched() }
func (t noTimers[K, N]) Delete(int64, N)           { t.touched() }
func (t noTimers[K, N]) Head() (at int64, ok bool) { t.touched(); return 0, false }
func (t noTimers[K, N]) Pop(_ int64, dst []backends.Timer[K, N]) []backends.Timer[K, N] {
	t.touched()
	return dst
}

// refuses is a backend that does not open some kinds of state.
type refuses struct {
	backends.Backend
	kinds []backends.Kind
}

func (b refuses) Open(o backends.Options) (backends.Store, error) {
	s, err := b.Backend.Open(o)
	return refusing{s, b.kinds}, err
}

type refusing struct {
	backends.Store
	kinds []backends.Kind
}

func (s refusing) Open(d backends.Desc) (backends.Table, error) {
	if slices.Contains(s.kinds, d.Kind()) {
		return nil, fmt.Errorf("this store is not ordered: %w", errors.ErrUnsupported)
	}
	return s.Store.Open(d)
}
