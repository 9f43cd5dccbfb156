package window

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/weirbench/weir/backends/tables"
)

// A Window is the times from Start up to, not including, End.
type Window struct{ Start, End int64 }

// Everything is the window that ends with time itself.
func Everything() Window { return Window{math.MinInt64, math.MaxInt64} }

// Max is the last time that belongs to w, which is the time of what it emits.
func (w Window) Max() int64 {
	if w.End == math.MaxInt64 {
		return math.MaxInt64
	}
	return w.End - 1
}

func (w Window) String() string { return fmt.Sprintf("[%d,%d)", w.Start, w.End) }

// touches tells whether two windows overlap, or one begins where the other ends.
func (w Window) touches(x Window) bool { return w.Start <= x.End && x.Start <= w.End }

func (w Window) cover(x Window) Window { return Window{min(w.Start, x.Start), max(w.End, x.End)} }

// Namespace is windows as a namespace: sixteen bytes, the start and then the end, the most significant byte first.
type Namespace struct{}

const windowWidth = 16

// Append appends sixteen bytes.
func (Namespace) Append(b []byte, w Window) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(w.Start)), uint64(w.End))
}

// Decode wants sixteen bytes.
func (Namespace) Decode(b []byte) (Window, error) {
	if len(b) != windowWidth {
		return Window{}, fmt.Errorf("corrupt: a window of %d bytes, want %d", len(b), windowWidth)
	}
	return Window{int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))}, nil
}

// Width is 16.
func (Namespace) Width() int { return windowWidth }

// Shares is false.
func (Namespace) Shares() bool { return false }

// Copy is w.
func (Namespace) Copy(w Window) Window { return w }

// Hash makes it a Namespace.
func (Namespace) Hash(w Window) uint32 {
	return tables.Mix(uint64(w.Start)*0x9E3779B97F4A7C15 + uint64(w.End))
}

// panes is Namespace for windows of one size, of which one begins every slide: those have numbers, so that they may be kept beside each other. Bytes
// and hashes are the same.
type panes struct {
	Namespace
	size, slide, offset int64
}

// CodecName is Namespace's: what one wrote, the other reads.
func (panes) CodecName() string { return tables.CodecName(Namespace{}) }

// Places makes it a tables.Lane. Of windows that a record is in, the first is divided, and then each begins a slide before the other.
func (p panes) Places(dst []int64, ws []Window) []int64 {
	nth := int64(tables.NoPlace)
	for i, w := range ws {
		switch {
		case w.End != plus(w.Start, p.size):
			nth = tables.NoPlace
		case nth != tables.NoPlace && w.Start < ws[i-1].Start && w.Start == ws[i-1].Start-p.slide:
			nth--
		default:
			nth = p.place(w.Start)
		}
		dst = append(dst, nth)
	}
	return dst
}

// place is the number of what begins there.
func (p panes) place(start int64) int64 {
	from := start - p.offset
	if nth := from / p.slide; nth*p.slide == from && (from <= start) == (p.offset >= 0) {
		return nth
	}
	return tables.NoPlace
}

// Of makes it a tables.Lane.
func (p panes) Of(nth int64) Window {
	start := nth*p.slide + p.offset
	return Window{start, plus(start, p.size)}
}

// floor is the last multiple of step, moved by offset, that is not behind at, for negative times too.
func floor(at, step, offset int64) int64 {
	rest := (at - offset) % step
	if rest < 0 {
		rest += step
	}
	return at - rest
}

// plus is a sum that ends at the end of time.
func plus(at, more int64) int64 {
	if sum := at + more; more < 0 || sum >= at {
		return sum
	}
	return math.MaxInt64
}

// A Time is one of the two times that windows and timers are of.
type Time uint8

const (
	EventTime      Time = iota // the records' own; it passes with the watermark
	ProcessingTime             // that of the batch, in microseconds since the run began
	NoTime                     // the window of everything is of none: nothing is late for it, and it never ends
)

func (t Time) String() string { return [...]string{"event time", "processing time", "no time"}[t] }
