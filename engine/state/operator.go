package state

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// An Operator is the state that a task holds without a key: operator state. It is Go objects on the heap whatever the backend, and one
// goroutine calls it. What it holds is in the task's part of a checkpoint, and dealt out again to all tasks when they are restored: see Deal.
type Operator struct {
	Task, Tasks int // which task of the operator this is, and of how many

	restored bool
	opened   []holding
	waiting  []Share // restored, and not opened yet
}

// A holding is one opened state.
type holding interface {
	label() *Share // without its elements
	share() Share
}

// Restored tells whether the task goes on from a checkpoint.
func (o *Operator) Restored() bool { return o.restored }

// Restore gives the operator what was dealt to it from a checkpoint. Its states are opened behind that.
func (o *Operator) Restore(dealt []Share) { o.restored, o.waiting = true, slices.Clone(dealt) }

// Capture is what all states hold, in the order in which they were opened. Those that were restored and that nobody opened are among them.
// It shares no memory with the states.
func (o *Operator) Capture() (all []Share) {
	for _, h := range o.opened {
		all = append(all, h.share())
	}
	return append(all, o.waiting...)
}

// open takes what was restored of a state, and adds it to those that are captured.
func (o *Operator) open(h holding) (dealt []Element, err error) {
	is := h.label()
	for _, was := range o.opened {
		if was.label().Name == is.Name {
			return nil, fmt.Errorf("open operator state %q: it is open", is.Name)
		}
	}
	for i := range o.waiting {
		s := &o.waiting[i]
		if s.Name != is.Name {
			continue
		}
		if s.what() != is.what() {
			return nil, fmt.Errorf("open operator state %q as a %s: it was restored as a %s", is.Name, is.what(), s.what())
		}
		dealt = s.Elements
		o.waiting = slices.Delete(o.waiting, i, i+1)
		break
	}
	o.opened = append(o.opened, h)
	return dealt, nil
}

// refused is what a nil panics with, of which a checkpoint would find out too late.
func refused(of *Share, as string) *backends.UsageError {
	return &backends.UsageError{State: of.Name, What: "nil was given to a " + of.Mode.String() + "; want " + as}
}

// An OperatorList is a list of V of a task, in the order in which elements were added. Elements are independent of one another: a
// restore may give them to other tasks.
type OperatorList[V any] struct {
	of    Share // its label
	codec backends.Codec[V]
	isNil func(V) bool // nil where no element may be
	vs    []V
}

// OpenSplit opens a list whose elements are dealt out when it is restored, each to one task. When there are as many tasks as before, every
// task has its own again.
func OpenSplit[V any](o *Operator, name string, v backends.Codec[V]) (*OperatorList[V], error) {
	return openOperatorList(o, Split, name, v)
}

// OpenUnion opens a list of which every task is given all elements of all tasks when it is restored. What the tasks are to hold from then
// on is theirs to say: each keeps what it is the one to write, or the next checkpoint holds everything as often as there are tasks.
func OpenUnion[V any](o *Operator, name string, v backends.Codec[V]) (*OperatorList[V], error) {
	return openOperatorList(o, Union, name, v)
}

func openOperatorList[V any](o *Operator, mode Mode, name string, v backends.Codec[V]) (*OperatorList[V], error) {
	s := &OperatorList[V]{of: Share{Mode: mode, Name: name, Form: "of=" + tables.CodecForm(v)}, codec: v, isNil: tables.NilTest[V]()}
	dealt, err := o.open(s)
	for i := 0; i < len(dealt) && err == nil; i++ {
		var one V
		if one, err = v.Decode(dealt[i].Key); err == nil {
			s.vs = append(s.vs, one)
		}
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Add appends v, which is the list's from then on. A nil is a usage error, as in a list of keys.
func (s *OperatorList[V]) Add(v V) {
	s.refuse(v)
	s.vs = append(s.vs, v)
}

// Set replaces the list by vs, which remains the caller's. No element clears it.
func (s *OperatorList[V]) Set(vs []V) {
	s.refuse(vs...)
	s.vs = append(s.vs[:0:0], vs...)
}

func (s *OperatorList[V]) refuse(vs ...V) {
	if s.isNil != nil && slices.ContainsFunc(vs, s.isNil) {
		panic(refused(&s.of, "an element"))
	}
}

// Len is how many elements there are.
func (s *OperatorList[V]) Len() int { return len(s.vs) }

// Each yields the elements until yield returns false. Meanwhile the list may not be changed.
func (s *OperatorList[V]) Each(yield func(V) bool) { slices.Values(s.vs)(yield) }

// Take removes the elements that are wanted, and returns them in their order.
func (s *OperatorList[V]) Take(wanted func(V) bool) (taken []V) {
	s.vs = slices.DeleteFunc(s.vs, func(v V) bool {
		if wanted(v) {
			taken = append(taken, v)
			return true
		}
		return false
	})
	return taken
}

// Clear removes all elements.
func (s *OperatorList[V]) Clear() { s.vs = nil }

func (s *OperatorList[V]) label() *Share { return &s.of }

func (s *OperatorList[V]) share() Share {
	x := s.of
	for _, v := range s.vs {
		x.Elements = append(x.Elements, Element{Key: s.codec.Append(nil, v)})
	}
	return x
}

// A BroadcastMap is a map of U to V of which every task has a copy. What changes it must come to all tasks, and change it alike in each:
// see engine.Hearer.
type BroadcastMap[U comparable, V any] struct {
	of     Share // its label
	u      backends.Codec[U]
	v      backends.Codec[V]
	uIsNil func(U) bool // nil where no key may be
	vIsNil func(V) bool // and no value
	m      map[U]V
}

// OpenBroadcast opens a map of which every task is given one whole copy when it is restored.
func OpenBroadcast[U comparable, V any](o *Operator, name string, u backends.Codec[U], v backends.Codec[V]) (*BroadcastMap[U, V], error) {
	of := Share{Mode: Broadcast, Name: name, Form: "from=" + tables.CodecForm(u) + " to=" + tables.CodecForm(v)}
	s := &BroadcastMap[U, V]{of: of, u: u, v: v, uIsNil: tables.NilTest[U](), vIsNil: tables.NilTest[V](), m: map[U]V{}}
	dealt, err := o.open(s)
	for i := 0; i < len(dealt) && err == nil; i++ {
		var key U
		if key, err = u.Decode(dealt[i].Key); err == nil {
			s.m[key], err = v.Decode(dealt[i].Value)
		}
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Get returns the value of u, and whether there is one.
func (s *BroadcastMap[U, V]) Get(u U) (V, bool) {
	v, ok := s.m[u]
	return v, ok
}

// Set makes v the value of u. A nil is a usage error: Flink writes no flag before the values of a broadcast map.
func (s *BroadcastMap[U, V]) Set(u U, v V) {
	switch {
	case s.uIsNil != nil && s.uIsNil(u):
		panic(refused(&s.of, "a key"))
	case s.vIsNil != nil && s.vIsNil(v):
		panic(refused(&s.of, "a value"))
	}
	s.m[u] = v
}

// Remove removes u.
func (s *BroadcastMap[U, V]) Remove(u U) { delete(s.m, u) }

// Len is how many entries there are.
func (s *BroadcastMap[U, V]) Len() int { return len(s.m) }

// Each yields the entries there were when it was called, by the bytes of their keys, until yield returns false. Meanwhile the map may be changed.
func (s *BroadcastMap[U, V]) Each(yield func(U, V) bool) {
	for _, u := range s.sorted() {
		if v, ok := s.m[u]; ok && !yield(u, v) {
			return
		}
	}
}

// Clear removes all entries.
func (s *BroadcastMap[U, V]) Clear() { clear(s.m) }

func (s *BroadcastMap[U, V]) sorted() []U {
	return slices.SortedFunc(maps.Keys(s.m), func(a, b U) int { return bytes.Compare(s.u.Append(nil, a), s.u.Append(nil, b)) })
}

func (s *BroadcastMap[U, V]) label() *Share { return &s.of }

func (s *BroadcastMap[U, V]) share() Share {
	x := s.of
	for _, u := range s.sorted() {
		x.Elements = append(x.Elements, Element{Key: s.u.Append(nil, u), Value: s.v.Append(nil, s.m[u])})
	}
	return x
}
