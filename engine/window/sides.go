package window

import (
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// Side is a record of one of two inputs: A is the first, B the second. The other field is zero.
type Side[A, B any] struct {
	Second bool
	A      A
	B      B
}

// First is a record of the first input.
func First[A, B any](a A) Side[A, B] { return Side[A, B]{A: a} }

// Second is a record of the second.
func Second[A, B any](b B) Side[A, B] { return Side[A, B]{Second: true, B: b} }

// Sides is the codec of Side: a byte that says which, then the record.
type Sides[A, B any] struct {
	A backends.Codec[A]
	B backends.Codec[B]
}

// CodecName names both.
func (c Sides[A, B]) CodecName() string {
	return "side:" + tables.CodecName(c.A) + "|" + tables.CodecName(c.B)
}

// Append appends the byte and the record.
func (c Sides[A, B]) Append(b []byte, s Side[A, B]) []byte {
	if s.Second {
		return c.B.Append(append(b, 1), s.B)
	}
	return c.A.Append(append(b, 0), s.A)
}

// Decode wants what Append wrote.
func (c Sides[A, B]) Decode(b []byte) (s Side[A, B], err error) {
	switch {
	case len(b) > 0 && b[0] == 0:
		s.A, err = c.A.Decode(b[1:])
	case len(b) > 0 && b[0] == 1:
		s.Second = true
		s.B, err = c.B.Decode(b[1:])
	default:
		err = fmt.Errorf("corrupt: a record of neither input")
	}
	return s, err
}

// Width is that of both, if they have one.
func (c Sides[A, B]) Width() int {
	if w := c.A.Width(); w >= 0 && w == c.B.Width() {
		return 1 + w
	}
	return -1
}

// Shares is whether one of them does.
func (c Sides[A, B]) Shares() bool { return c.A.Shares() || c.B.Shares() }

// Copy copies the record.
func (c Sides[A, B]) Copy(s Side[A, B]) Side[A, B] {
	if s.Second {
		s.B = c.B.Copy(s.B)
	} else {
		s.A = c.A.Copy(s.A)
	}
	return s
}

// CoProcess makes an operator of a Two whose inputs come as one stream.
func CoProcess[K comparable, A, B, R any](op engine.Two[K, A, B, R]) engine.Operator[K, Side[A, B], R] {
	return coProcess[K, A, B, R]{op}
}

type coProcess[K comparable, A, B, R any] struct{ engine.Two[K, A, B, R] }

// Unwrap makes it an engine.Wrapper.
func (o coProcess[K, A, B, R]) Unwrap() any { return o.Two }

func (o coProcess[K, A, B, R]) Process(s Side[A, B], id engine.ID, at int64, out *engine.Out[K, R]) {
	if s.Second {
		o.Two.Second(s.B, id, at, out)
	} else {
		o.Two.First(s.A, id, at, out)
	}
}

// Apart makes a Two of an operator of windows over both inputs, as Join and CoGroup make them: each input comes with its own type. In the state of
// windows records stay tagged.
func Apart[K comparable, A, B, R any](op *Operator[K, Side[A, B], R]) engine.Two[K, A, B, R] {
	return ofTwo[K, A, B, R]{op}
}

type ofTwo[K comparable, A, B, R any] struct{ *Operator[K, Side[A, B], R] }

func (o ofTwo[K, A, B, R]) First(a A, id engine.ID, at int64, out *engine.Out[K, R]) {
	o.Process(Side[A, B]{A: a}, id, at, out)
}

func (o ofTwo[K, A, B, R]) Second(b B, id engine.ID, at int64, out *engine.Out[K, R]) {
	o.Process(Side[A, B]{Second: true, B: b}, id, at, out)
}
