package window

import (
	"fmt"

	"github.com/weirbench/weir/backends/tables"
)

// An Assigner says which windows a record belongs to.
type Assigner[V any] interface {
	// Windows appends to dst the windows of v. at is its time, of an assigner of processing time that of the batch.
	Windows(dst []Window, v V, at int64) []Window
	Time() Time
	// Merges tells whether windows that touch become one.
	Merges() bool
}

// paned is an Assigner that knows more of its windows than that they are windows.
type paned interface {
	namespace() tables.Namespace[Window]
}

// Tumbling is windows one behind the other.
type Tumbling[V any] struct {
	Size   int64
	Offset int64 // one window begins here
	Of     Time
}

// Windows is the one window that at is in.
func (a Tumbling[V]) Windows(dst []Window, _ V, at int64) []Window {
	start := floor(at, a.Size, a.Offset)
	return append(dst, Window{start, plus(start, a.Size)})
}

// Time is Of.
func (a Tumbling[V]) Time() Time { return a.Of }

// Merges is false.
func (a Tumbling[V]) Merges() bool { return false }

func (a Tumbling[V]) check() error {
	if a.Size <= 0 {
		return fmt.Errorf("a tumbling window of size %d; want more than 0", a.Size)
	}
	return nil
}

// Sliding is windows of a size, of which one begins every Slide. The size need not be a multiple of it. With a slide that is longer than the
// size, some records are in none.
type Sliding[V any] struct {
	Size   int64
	Slide  int64
	Offset int64 // one window begins here
	Of     Time
}

// Windows is the windows that at is in, the latest first.
func (a Sliding[V]) Windows(dst []Window, _ V, at int64) []Window {
	for start := floor(at, a.Slide, a.Offset); start > at-a.Size; start -= a.Slide {
		dst = append(dst, Window{start, plus(start, a.Size)})
	}
	return dst
}

// Time is Of.
func (a Sliding[V]) Time() Time { return a.Of }

// Merges is false.
func (a Sliding[V]) Merges() bool { return false }

// overlap is how many windows a record is in from which it is worth to keep them beside each other.
const overlap = 4

// namespace makes it a paned.
func (a Sliding[V]) namespace() tables.Namespace[Window] {
	if a.Size/a.Slide < overlap {
		return Namespace{}
	}
	return panes{size: a.Size, slide: a.Slide, offset: a.Offset}
}

func (a Sliding[V]) check() error {
	if a.Size <= 0 || a.Slide <= 0 {
		return fmt.Errorf("a sliding window of size %d and slide %d; want both more than 0", a.Size, a.Slide)
	}
	return nil
}

// Session is windows that end when for a while, the gap, no record has come. Two that touch are one.
type Session[V any] struct {
	Gap int64
	// GapOf is the gap behind a record, more than 0; nil: it is Gap for all.
	GapOf func(V) int64
	Of    Time
}

// Windows is what v alone would be in.
func (a Session[V]) Windows(dst []Window, v V, at int64) []Window {
	gap := a.Gap
	if a.GapOf != nil {
		if gap = a.GapOf(v); gap <= 0 {
			panic(usage("a record has a session gap of %d; want more than 0", gap))
		}
	}
	return append(dst, Window{at, plus(at, gap)})
}

// Time is Of.
func (a Session[V]) Time() Time { return a.Of }

// Merges is true.
func (a Session[V]) Merges() bool { return true }

func (a Session[V]) check() error {
	if a.GapOf == nil && a.Gap <= 0 {
		return fmt.Errorf("a session gap of %d; want more than 0", a.Gap)
	}
	return nil
}

// Cumulate is windows that begin together and end one step after the other, up to a size: a day so far, told every hour.
type Cumulate[V any] struct {
	Step   int64
	Size   int64 // a multiple of Step
	Offset int64 // some windows begin here
	Of     Time
}

// Windows is the windows that at is in, the shortest first.
func (a Cumulate[V]) Windows(dst []Window, _ V, at int64) []Window {
	start := floor(at, a.Size, a.Offset)
	end, last := plus(floor(at, a.Step, start), a.Step), plus(start, a.Size)
	for ; end < last; end = plus(end, a.Step) {
		dst = append(dst, Window{start, end})
	}
	return append(dst, Window{start, last})
}

// Time is Of.
func (a Cumulate[V]) Time() Time { return a.Of }

// Merges is false.
func (a Cumulate[V]) Merges() bool { return false }

func (a Cumulate[V]) check() error {
	if a.Step <= 0 || a.Size <= 0 || a.Size%a.Step != 0 {
		return fmt.Errorf("a cumulate window of step %d and size %d; want a size that is a multiple of the step", a.Step, a.Size)
	}
	return nil
}

// Global is one window, Everything. It never ends, so that it takes a trigger of its own.
type Global[V any] struct{}

// Windows is Everything.
func (Global[V]) Windows(dst []Window, _ V, _ int64) []Window { return append(dst, Everything()) }

// Time is NoTime.
func (Global[V]) Time() Time { return NoTime }

// Merges is false.
func (Global[V]) Merges() bool { return false }
