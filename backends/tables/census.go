package tables

import "github.com/weirbench/weir/backends"

// A Census counts what an operator asks of its states, for whoever wants to know what a job does to a backend. It belongs to one Scope, and its
// goroutine.
type Census struct {
	Records int64      // that the operator was given while this was counted
	States  []Accesses // in the order of opening
}

// Accesses are what was asked of one state. A call of an operator counts once, whatever it takes to answer it.
type Accesses struct {
	State string
	Kind  backends.Kind
	Aside bool // by who only looks whether what it finds is right: see Aside
	N     [AccessKinds]int64
}

// AccessKind is what was asked.
type AccessKind uint8

// What may be asked of a state.
const (
	Reads      AccessKind = iota // a value, or an entry of a map
	Misses                       // of the reads, those that found nothing
	Scans                        // of a whole list or map
	Writes                       // of a value, an entry, or a whole list
	Adds                         // elements that were added to a list
	Removals                     // of a value, an entry, a list or a map
	Registered                   // timers
	Deleted                      // timers
	Fired                        // timers
	AccessKinds
)

func (k AccessKind) String() string {
	return [...]string{"reads", "misses", "scans", "writes", "adds", "removals", "registered", "deleted", "fired"}[k]
}

// counter is where the accesses of a state are counted: nowhere when nobody wants to know.
func (c *Census) counter(name string, kind backends.Kind) *counter {
	c.States = append(c.States, Accesses{State: name, Kind: kind})
	return &counter{c, len(c.States) - 1}
}

type counter struct {
	of *Census
	at int
}

func (c *counter) add(k AccessKind, n int) { c.of.States[c.at].N[k] += int64(n) }

func countValue[K, N comparable, V any](s *Scope[K], name string, t Value[N, V], err error) (Value[N, V], error) {
	if err != nil || s.Census == nil {
		return t, err
	}
	return countedValue[N, V]{t, s.Census.counter(name, backends.ValueKind)}, nil
}

type countedValue[N comparable, V any] struct {
	Value[N, V]
	*counter
}

func (t countedValue[N, V]) Get(ns N) (V, bool) {
	v, ok := t.Value.Get(ns)
	if t.add(Reads, 1); !ok {
		t.add(Misses, 1)
	}
	return v, ok
}

func (t countedValue[N, V]) Set(ns N, v V) { t.add(Writes, 1); t.Value.Set(ns, v) }
func (t countedValue[N, V]) Clear(ns N)    { t.add(Removals, 1); t.Value.Clear(ns) }

func countList[K, N comparable, V any](s *Scope[K], name string, t List[N, V], err error) (List[N, V], error) {
	if err != nil || s.Census == nil {
		return t, err
	}
	return countedList[N, V]{t, s.Census.counter(name, backends.ListKind)}, nil
}

type countedList[N comparable, V any] struct {
	List[N, V]
	*counter
}

func (t countedList[N, V]) Add(ns N, v V)             { t.add(Adds, 1); t.List.Add(ns, v) }
func (t countedList[N, V]) AddAll(ns N, vs []V)       { t.add(Adds, len(vs)); t.List.AddAll(ns, vs) }
func (t countedList[N, V]) Set(ns N, vs []V)          { t.add(Writes, 1); t.List.Set(ns, vs) }
func (t countedList[N, V]) Clear(ns N)                { t.add(Removals, 1); t.List.Clear(ns) }
func (t countedList[N, V]) Each(ns N, y func(V) bool) { t.add(Scans, 1); t.List.Each(ns, y) }

// Uncounted is a list whose accesses no census counts: for who has been counted already, and goes through what it got.
func Uncounted[N comparable, V any](t List[N, V]) List[N, V] {
	if c, ok := t.(countedList[N, V]); ok {
		return c.List
	}
	return t
}

func countMap[K, N, U comparable, V any](s *Scope[K], name string, t Map[N, U, V], err error) (Map[N, U, V], error) {
	if err != nil || s.Census == nil {
		return t, err
	}
	return countedMap[N, U, V]{t, s.Census.counter(name, backends.MapKind)}, nil
}

type countedMap[N, U comparable, V any] struct {
	Map[N, U, V]
	*counter
}

func (t countedMap[N, U, V]) Get(ns N, u U) (V, bool) {
	v, ok := t.Map.Get(ns, u)
	if t.add(Reads, 1); !ok {
		t.add(Misses, 1)
	}
	return v, ok
}

func (t countedMap[N, U, V]) Set(ns N, u U, v V)           { t.add(Writes, 1); t.Map.Set(ns, u, v) }
func (t countedMap[N, U, V]) Remove(ns N, u U)             { t.add(Removals, 1); t.Map.Remove(ns, u) }
func (t countedMap[N, U, V]) Clear(ns N)                   { t.add(Removals, 1); t.Map.Clear(ns) }
func (t countedMap[N, U, V]) Each(ns N, y func(U, V) bool) { t.add(Scans, 1); t.Map.Each(ns, y) }

// Aside is a map whose accesses are counted apart from those of the job: for who asks for no other reason than to judge later what it finds.
func Aside[N, U comparable, V any](t Map[N, U, V]) Map[N, U, V] {
	c, ok := t.(countedMap[N, U, V])
	if !ok {
		return t
	}
	s := c.of.States[c.at]
	c.counter = c.of.counter(s.State, s.Kind)
	c.of.States[c.at].Aside = true
	return c
}

func countTimers[K, N comparable](s *Scope[K], name string, t Timers[K, N], err error) (Timers[K, N], error) {
	if err != nil || s.Census == nil {
		return t, err
	}
	return countedTimers[K, N]{t, s.Census.counter(name, backends.TimerKind)}, nil
}

type countedTimers[K, N comparable] struct {
	Timers[K, N]
	*counter
}

func (t countedTimers[K, N]) Register(at int64, ns N) {
	t.add(Registered, 1)
	t.Timers.Register(at, ns)
}
func (t countedTimers[K, N]) Delete(at int64, ns N) { t.add(Deleted, 1); t.Timers.Delete(at, ns) }

func (t countedTimers[K, N]) Pop(until int64, dst []backends.Timer[K, N]) []backends.Timer[K, N] {
	from := len(dst)
	dst = t.Timers.Pop(until, dst)
	t.add(Fired, len(dst)-from)
	return dst
}
