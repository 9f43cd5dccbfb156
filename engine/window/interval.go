package window

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// An IntervalJoin pairs records of two inputs, in event time: a of the first with b of the second when a's time + Lower <= b's time <= a's time
// + Upper. The time of a pair is the later of the two.
type IntervalJoin[K comparable, A, B, R any] struct {
	Lower, Upper                   int64
	LowerExclusive, UpperExclusive bool // the bound itself is no pair
	Codecs                         Sides[A, B]
	// Pair is called for every pair, with the key current.
	Pair func(a A, b B, at int64, out *engine.Out[K, R])
	// Late is given a record whose time is before the watermark; nil: it is dropped and counted.
	Late func(s Side[A, B], at int64, out *engine.Out[K, R])
	// Reads says what the current key knows of every partition, for readers; nil: nothing.
	Reads func(dst []engine.Cursor) []engine.Cursor

	lower, upper int64 // both inclusive
	as           tables.Map[backends.Void, uint64, []A]
	bs           tables.Map[backends.Void, uint64, []B]
	cleanup      *engine.TimerService[K, uint64, R]
	dropped      int64
}

// The namespaces of cleanup timers.
const (
	cleanFirst uint64 = iota
	cleanSecond
)

// Dropped is how many records were late and given to nobody, since Open.
func (j *IntervalJoin[K, A, B, R]) Dropped() int64 { return j.dropped }

// Open opens the two buffers and the timers that empty them.
func (j *IntervalJoin[K, A, B, R]) Open(s *tables.Scope[K]) (err error) {
	j.lower, j.upper = j.Lower, j.Upper
	if j.LowerExclusive {
		j.lower++
	}
	if j.UpperExclusive {
		j.upper--
	}
	if j.lower > j.upper {
		return fmt.Errorf("open an interval join: no time is between %d and %d, bounds that count included", j.lower, j.upper)
	}
	if j.as, err = tables.OpenMap(s, "interval-first", tables.None{}, tables.Uint64{}, many[A]{j.Codecs.A}); err != nil {
		return err
	}
	if j.bs, err = tables.OpenMap(s, "interval-second", tables.None{}, tables.Uint64{}, many[B]{j.Codecs.B}); err != nil {
		return err
	}
	j.cleanup, err = engine.OpenTimers(s, "interval-cleanup", tables.Uint64{}, j.onTimer)
	return err
}

// Timers are those of event time.
func (j *IntervalJoin[K, A, B, R]) Timers() (event, processing engine.Timers[K, R]) {
	return j.cleanup, nil
}

// Cursors are what Reads says.
func (j *IntervalJoin[K, A, B, R]) Cursors(dst []engine.Cursor) []engine.Cursor {
	if j.Reads == nil {
		return dst
	}
	return j.Reads(dst)
}

// First and Second make it an engine.Two: they keep a record until no partner can come any more, and pair it with those that came before.
func (j *IntervalJoin[K, A, B, R]) First(a A, _ engine.ID, at int64, out *engine.Out[K, R]) {
	if j.late(Side[A, B]{A: a}, at, out) {
		return
	}
	put(j.as, at, a)
	j.bs.Each(backends.Void{}, func(u uint64, bs []B) bool {
		if t := int64(u); at+j.lower <= t && t <= at+j.upper {
			for _, b := range bs {
				j.Pair(a, b, max(at, t), out)
			}
		}
		return true
	})
	j.cleanup.Register(at+max(0, j.upper), cleanFirst)
}

func (j *IntervalJoin[K, A, B, R]) Second(b B, _ engine.ID, at int64, out *engine.Out[K, R]) {
	if j.late(Side[A, B]{Second: true, B: b}, at, out) {
		return
	}
	put(j.bs, at, b)
	j.as.Each(backends.Void{}, func(u uint64, as []A) bool {
		if t := int64(u); t+j.lower <= at && at <= t+j.upper {
			for _, a := range as {
				j.Pair(a, b, max(at, t), out)
			}
		}
		return true
	})
	j.cleanup.Register(at+max(0, -j.lower), cleanSecond)
}

// Process makes it an Operator of both inputs in one stream.
func (j *IntervalJoin[K, A, B, R]) Process(s Side[A, B], id engine.ID, at int64, out *engine.Out[K, R]) {
	if s.Second {
		j.Second(s.B, id, at, out)
	} else {
		j.First(s.A, id, at, out)
	}
}

// late gives away a record that the watermark has passed, and tells whether it was one.
func (j *IntervalJoin[K, A, B, R]) late(s Side[A, B], at int64, out *engine.Out[K, R]) bool {
	switch {
	case at == math.MinInt64:
		panic(&backends.UsageError{State: "interval-first", What: "a record without a time came to an interval join"})
	case at >= out.Watermark():
		return false
	case j.Late != nil:
		j.Late(s, at, out)
	default:
		j.dropped++
	}
	return true
}

func put[V any](buffer tables.Map[backends.Void, uint64, []V], at int64, v V) {
	vs, _ := buffer.Get(backends.Void{}, uint64(at))
	buffer.Set(backends.Void{}, uint64(at), append(vs, v))
}

// onTimer forgets the records of a time.
func (j *IntervalJoin[K, A, B, R]) onTimer(at int64, which uint64, _ *engine.Out[K, R]) {
	if which == cleanFirst {
		j.as.Remove(backends.Void{}, uint64(at-max(0, j.upper)))
	} else {
		j.bs.Remove(backends.Void{}, uint64(at-max(0, -j.lower)))
	}
}

// many is the codec of several values: each behind its length as a uvarint.
type many[V any] struct{ v backends.Codec[V] }

func (c many[V]) Append(b []byte, vs []V) []byte {
	var one []byte
	for _, v := range vs {
		one = c.v.Append(one[:0], v)
		b = append(binary.AppendUvarint(b, uint64(len(one))), one...)
	}
	return b
}

func (c many[V]) Decode(b []byte) (vs []V, err error) {
	for len(b) > 0 {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			return nil, errors.New("corrupt: a record is cut short")
		}
		v, err := c.v.Decode(b[w : w+int(n)])
		if err != nil {
			return nil, err
		}
		vs, b = append(vs, v), b[w+int(n):]
	}
	return vs, nil
}

func (c many[V]) Width() int   { return -1 }
func (c many[V]) Shares() bool { return true }

func (c many[V]) Copy(vs []V) []V {
	own := slices.Clone(vs)
	for i := range own {
		own[i] = c.v.Copy(own[i])
	}
	return own
}
