package backends

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"testing"
)

// The end of a life belongs to no life, and no sum wraps around.
func TestExpired(t *testing.T) {
	for _, c := range []struct {
		at, life, now int64
		want          bool
	}{
		{0, 10, 9, false},
		{0, 10, 10, true},
		{0, 10, 11, true},
		{5, 1, 5, false},
		{5, 1, 6, true},
		{-100, 50, -51, false},
		{-100, 50, -50, true},
		{math.MaxInt64 - 1, 1, math.MaxInt64 - 1, false},
		{math.MaxInt64 - 1, 10, math.MaxInt64 - 1, false},
		{math.MaxInt64 - 1, 10, math.MaxInt64, true}, // as in Flink: the last microsecond ends all lives
		{1, math.MaxInt64, math.MaxInt64 - 1, false},
		{math.MinInt64, math.MaxInt64, -2, false},
		{math.MinInt64, math.MaxInt64, -1, true},
		{math.MinInt64, 1, NeverUs, false},
		{0, 1, NeverUs, false},
	} {
		e := Expiry{LifeUs: c.life}
		if got := e.Expired(c.at, c.now); got != c.want {
			t.Errorf("life %d: Expired(%d, %d) = %v, want %v", c.life, c.at, c.now, got, c.want)
		}
	}
}

// elements are times, each in an element of its own.
func elements(width int, at ...int64) (b []byte) {
	for i, x := range at {
		v := binary.BigEndian.AppendUint64(nil, uint64(x))
		if width >= 0 {
			v = append(v, make([]byte, width-8)...)
		} else {
			v = append(v, fmt.Sprint("element ", 1000+i)[:9+i%3]...)
			b = binary.AppendUvarint(b, uint64(len(v)))
		}
		b = append(b, v...)
	}
	return b
}

func TestAliveElements(t *testing.T) {
	for _, width := range []int{-1, 8, 19} {
		e := Expiry{LifeUs: 10, List: true, Width: width}
		for _, times := range [][]int64{{}, {5}, {20}, {5, 6}, {5, 20}, {20, 5}, {20, 5, 21, 6, 22}, {5, 20, 6, 21}, {20, 21, 22}, {5, 6, 20}} {
			var want []byte
			all := elements(width, times...)
			rest := all
			for _, x := range times {
				n, gone := e.first(rest, 20)
				if gone != (x < 20) {
					t.Errorf("width %d: the element of time %d: gone %v", width, x, gone)
				}
				if !gone {
					want = append(want, rest[:n]...)
				}
				rest = rest[n:]
			}
			got, left := e.Alive(slices.Clone(all), 20)
			if !slices.Equal(got, want) || left != (len(want) > 0 || len(times) == 0) {
				t.Errorf("width %d, times %v: Alive = %x, %v, want %x", width, times, got, left, want)
			}
		}
	}
}

// What was cut short is not taken for something that has expired.
func TestAliveLeavesWhatIsCorrupt(t *testing.T) {
	for _, c := range []struct {
		e Expiry
		v []byte
	}{
		{Expiry{LifeUs: 1}, []byte("short")},
		{Expiry{LifeUs: 1, List: true, Width: 12}, append(elements(12, 100), 1, 2, 3)},
		{Expiry{LifeUs: 1, List: true, Width: -1}, append(elements(-1, 100), 0x80)},
		{Expiry{LifeUs: 1, List: true, Width: -1}, append(elements(-1, 100), 3, 1, 2, 3, 9)},
		{Expiry{LifeUs: 1, List: true, Width: -1}, append(elements(-1, 100), 200, 1, 0)},
	} {
		want := slices.Clone(c.v)
		if got, left := c.e.Alive(c.v, 50); !left || !slices.Equal(got, want) {
			t.Errorf("Alive(%x) = %x, %v, want it as it was", want, got, left)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, e := range []Expiry{{}, {List: true, Width: -1}, {List: true, Width: 8}, {List: true, Width: 19}} {
		times := []int64{7, -8, 9}
		if !e.List {
			times = times[:1]
		}
		v := elements(max(e.Width, 8), times...)
		if e.Width < 0 {
			v = elements(-1, times...)
		}
		var got []int64
		e.Times(v, func(at []byte) {
			got = append(got, stamp(at))
			binary.BigEndian.PutUint64(at, 5)
		})
		if !slices.Equal(got, times) {
			t.Errorf("%+v: Times yields %d, want %d", e, got, times)
		}
		e.Times(v, func(at []byte) {
			if stamp(at) != 5 {
				t.Errorf("%+v: a time that was changed is %d, want 5", e, stamp(at))
			}
		})
		e.Times([]byte("short"), func(at []byte) { t.Errorf("%+v: Times of what is too short yields %x", e, at) })
	}
}
