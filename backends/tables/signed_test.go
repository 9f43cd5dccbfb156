package tables_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/tables"
)

// marked holds the keys of a type against Java's hash codes, in a number of groups that is a power of two and in one that is none, and their bytes
// against Java's.
func marked[K comparable](t *testing.T, of func(groups int) tables.KeyType[K], hash func(K) int32, all map[K]string) {
	t.Helper()
	for _, groups := range []int{128, 100, 1} {
		codec := of(groups)
		for k, want := range all {
			var key [1]backends.Key[K]
			codec.Mark(key[:], []K{k})
			if got, want := int(key[0].Group), backends.KeyGroup(hash(k), groups); key[0].K != k || got != want {
				t.Errorf("%T: key %v is marked as %v in group %d of %d, want group %d", codec, k, key[0].K, got, groups, want)
			}
			b := codec.Append([]byte("x"), k)
			again, err := codec.Decode(b[1:])
			if string(b) != "x"+want || len(want) != codec.Width() || err != nil || again != k || codec.Shares() || codec.Copy(k) != k {
				t.Errorf("%T: key %v is written as %x, which reads as %v, %v; want %x", codec, k, b[1:], again, err, want)
			}
		}
		for _, bad := range [][]byte{nil, bytes.Repeat([]byte{2}, 5), bytes.Repeat([]byte{2}, codec.Width()+1)} {
			if k, err := codec.Decode(bad); err == nil {
				t.Errorf("%T: %x is read as %v", codec, bad, k)
			}
		}
	}
}

func TestSignedKeys(t *testing.T) {
	marked(t, tables.Int64s, backends.JavaHashLong, map[int64]string{
		0: "\x00\x00\x00\x00\x00\x00\x00\x00", 1: "\x00\x00\x00\x00\x00\x00\x00\x01", -1: "\xff\xff\xff\xff\xff\xff\xff\xff",
		math.MaxInt64: "\x7f\xff\xff\xff\xff\xff\xff\xff", math.MinInt64: "\x80\x00\x00\x00\x00\x00\x00\x00"})
	marked(t, tables.Int32s, backends.JavaHashInt, map[int32]string{
		0: "\x00\x00\x00\x00", 1: "\x00\x00\x00\x01", -1: "\xff\xff\xff\xff", math.MaxInt32: "\x7f\xff\xff\xff", math.MinInt32: "\x80\x00\x00\x00"})
	marked(t, tables.Bools, backends.JavaHashBool, map[bool]string{false: "\x00", true: "\x01"})
}

// A long -1 is in the group of 0, an int -1 is not: Java folds a long's halves.
func TestIntAndLongAreOfDifferentGroups(t *testing.T) {
	var long [2]backends.Key[int64]
	var short [2]backends.Key[int32]
	tables.Int64s(128).Mark(long[:], []int64{0, -1})
	tables.Int32s(128).Mark(short[:], []int32{0, -1})
	if long[0].Group != 94 || long[1].Group != 94 || short[0].Group != 94 || short[1].Group != 80 {
		t.Errorf("groups of 0 and -1 are %d and %d as longs, %d and %d as ints; want 94 and 94, 94 and 80", long[0].Group, long[1].Group, short[0].Group, short[1].Group)
	}
}

// A map in an ordered store yields signed user keys in the order of their bytes, as Flink's RocksDB does: 1 is before -1. The heap promises a set.
func TestSignedUserKeysComeInTheOrderOfBytes(t *testing.T) {
	for name, b := range every.Backend() {
		store, err := b.Open(backends.Options{Groups: backends.Groups{Last: 127}})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		s := &tables.Scope[bool]{Store: store, Keys: new(backends.Keys[bool]), Codec: tables.Bools(128)}
		m, err := tables.OpenMap(s, "m", tables.None{}, tables.Int32{}, tables.Int64{})
		if err != nil {
			t.Fatal(err)
		}
		put := func(i int) {
			for _, u := range []int32{-1, 1, math.MinInt32, 0, math.MaxInt32} {
				m.Set(backends.Void{}, u, int64(u)*int64(1-2*i))
			}
		}
		var got []string
		look := func(i int) {
			m.Each(backends.Void{}, func(u int32, v int64) bool { got = append(got, fmt.Sprintf("%d of %d: %d", u, i, v)); return true })
		}
		for _, f := range []func(int){put, look} {
			if err := s.Batch([]bool{false, true}, f); err != nil {
				t.Fatal(err)
			}
		}
		var want []string
		for i := range 2 {
			for _, u := range []int32{0, 1, math.MaxInt32, math.MinInt32, -1} {
				want = append(want, fmt.Sprintf("%d of %d: %d", u, i, int64(u)*int64(1-2*i)))
			}
		}
		if name == "heap" {
			slices.Sort(got)
			slices.Sort(want)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
