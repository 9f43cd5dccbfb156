package probes

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// Words is how long the slice is of which Found.Coding tells.
const Words = 64

// equalKeys writes under 0.0 and under -0.0, each in a batch of its own, and counts what a snapshot holds.
func equalKeys(store backends.Store) (n int, err error) {
	s := &tables.Scope[float64]{Store: store, Keys: new(backends.Keys[float64]), Codec: doubles{}}
	v, err := tables.OpenValue(s, "value", tables.None{}, tables.Uint64{})
	if err != nil {
		return 0, err
	}
	for i, k := range []float64{0, math.Copysign(0, -1)} {
		if err := s.Batch([]float64{k}, func(int) { v.Set(backends.Void{}, uint64(i)) }); err != nil {
			return 0, err
		}
	}
	return entries(store)
}

// doubles is keys that are numbers, by the rule of hash codes: what is equal has one hash, and one key group.
type doubles struct{}

func (doubles) Append(b []byte, k float64) []byte {
	return binary.BigEndian.AppendUint64(b, math.Float64bits(k))
}

func (doubles) Decode(b []byte) (float64, error) {
	if len(b) != 8 {
		return 0, fmt.Errorf("corrupt: a double of %d bytes", len(b))
	}
	return math.Float64frombits(binary.BigEndian.Uint64(b)), nil
}

func (doubles) Width() int             { return 8 }
func (doubles) Shares() bool           { return false }
func (doubles) Copy(k float64) float64 { return k }

func (doubles) Mark(dst []backends.Key[float64], src []float64) {
	for i, k := range src {
		bits := math.Float64bits(k + 0) // -0 + 0 is 0
		dst[i] = backends.Key[float64]{K: k, Hash: tables.Mix(bits), Group: uint16(backends.KeyGroup(backends.JavaHashLong(int64(bits)), groups))}
	}
}

// slicesOf opens values that are slices.
func slicesOf(store backends.Store) (*tables.Scope[uint64], tables.Value[backends.Void, []uint64], error) {
	s := scope(store)
	v, err := tables.OpenValue(s, "value", tables.None{}, tables.Uint64s{})
	return s, v, err
}

// reuse changes an object behind the end of the batch in which it was Set.
func reuse(store backends.Store) (safe bool, err error) {
	s, v, err := slicesOf(store)
	if err != nil {
		return false, err
	}
	object := []uint64{1}
	if err := s.Batch([]uint64{7}, func(int) { v.Set(backends.Void{}, object) }); err != nil {
		return false, err
	}
	object[0] = 2
	var got []uint64
	err = s.Batch([]uint64{7}, func(int) {
		x, _ := v.Get(backends.Void{})
		got = slices.Clone(x)
	})
	if err == nil && !slices.Equal(got, []uint64{1}) && !slices.Equal(got, []uint64{2}) {
		err = fmt.Errorf("a value that was 1, and whose object is 2, came back as %v", got)
	}
	return slices.Equal(got, []uint64{1}), err
}

// coding gets and sets the values of some keys again and again within one batch, so that nothing is asked of what is beneath the table, and does
// the same to a Go map, in turn. The least time of each counts: what a busy machine adds is not the backend's.
func coding(store backends.Store, clock func() int64) (float64, error) {
	s, v, err := slicesOf(store)
	if err != nil {
		return 0, err
	}
	const rounds, turns = 25, 10
	keys, m := upTo(64), map[uint64][]uint64{}
	for _, k := range keys {
		m[k] = make([]uint64, Words)
	}
	if err := s.Batch(keys, func(int) { v.Set(backends.Void{}, make([]uint64, Words)) }); err != nil {
		return 0, err
	}
	bare, table := int64(math.MaxInt64), int64(math.MaxInt64)
	s.Fill(keys)
	store.Begin()
	for range rounds {
		begun := clock()
		for range turns {
			for _, k := range keys {
				x := m[k]
				x[0]++
				m[k] = x
			}
		}
		turned := clock()
		for range turns {
			for i := range keys {
				s.Keys.At = i
				x, _ := v.Get(backends.Void{})
				x[0]++
				v.Set(backends.Void{}, x)
			}
		}
		bare, table = min(bare, turned-begun), min(table, clock()-turned)
	}
	return float64(table) / float64(max(1, bare)), store.End()
}
