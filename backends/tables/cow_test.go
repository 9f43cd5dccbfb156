package tables

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/backends"
)

// A cow behaves as a Go map does, whatever the hashes, and what is frozen stays as it was.
func TestCowUnderAnyHash(t *testing.T) {
	for name, hash := range map[string]func(uint64) uint32{
		"mixed":               Mix,
		"all equal":           func(uint64) uint32 { return 0xdeadbeef },
		"highest bits equal":  func(k uint64) uint32 { return Mix(k) & 0xfff },
		"lowest bits equal":   func(k uint64) uint32 { return Mix(k) &^ 0xfffff },
		"two values":          func(k uint64) uint32 { return -uint32(k & 1) },
		"counting from below": func(k uint64) uint32 { return uint32(k) },
	} {
		t.Run(name, func(t *testing.T) { drill(t, hash) })
	}
}

type cowUnderTest struct {
	cow[uint64, backends.Void, []uint64]
	want map[uint64]uint64
}

func drill(t *testing.T, hash func(uint64) uint32) {
	const keys = 3000
	c := &cowUnderTest{want: map[uint64]uint64{}}
	g := backends.Groups{First: 5, Last: 7}
	group := func(k uint64) uint16 { return uint16(5 + k%3) }
	c.init(g, func(k uint64, _ backends.Void) uint32 { return hash(k) }, true, func(v []uint64) []uint64 { return append([]uint64(nil), v...) })
	r := rand.New(rand.NewPCG(1, 2))
	type pin struct {
		f    *frozen[uint64, backends.Void, []uint64]
		want map[uint64]uint64
	}
	var pins []pin
	var none backends.Void
	for step := range 12000 {
		k := r.Uint64N(keys)
		switch op := r.IntN(10); {
		case op < 5 || step < 4000:
			s, isNew := c.put(group(k), hash(k), k, none, true)
			if _, there := c.want[k]; there == isNew {
				t.Fatalf("put(%d): new is %v, want %v", k, isNew, !there)
			}
			s.val = []uint64{uint64(step)}
			c.want[k] = uint64(step)
		case op < 7:
			_, there := c.want[k]
			if removed := c.remove(group(k), hash(k), k, none); removed != there {
				t.Fatalf("remove(%d) = %v, want %v", k, removed, there)
			}
			delete(c.want, k)
		default:
			s := c.get(group(k), hash(k), k, none)
			want, there := c.want[k]
			if (s != nil) != there || there && s.val[0] != want {
				t.Fatalf("get(%d) = %v, want %d, %v", k, s, want, there)
			}
			if there { // in place, which no frozen table may see
				s.val[0]++
				c.want[k]++
			}
		}
		if step%1500 == 1499 {
			pins = append(pins, pin{c.freeze(), maps.Clone(c.want)})
		}
		if len(pins) == 3 || step == 11999 {
			for _, p := range pins {
				same(t, p.f, g, p.want)
				p.f.Release()
			}
			pins = pins[:0]
		}
	}
	if c.n != len(c.want) {
		t.Errorf("n = %d, want %d", c.n, len(c.want))
	}
	if limit := 4*g.Len() + 4*keys; len(c.dir) > limit {
		t.Errorf("the directory has %d places for %d entries, want at most %d", len(c.dir), c.n, limit)
	}
}

func same(t *testing.T, f *frozen[uint64, backends.Void, []uint64], g backends.Groups, want map[uint64]uint64) {
	t.Helper()
	got := map[uint64]uint64{}
	for group := g.First; group <= g.Last; group++ {
		f.each(group, func(s *slot[uint64, backends.Void, []uint64]) error {
			if _, twice := got[s.key]; twice || int(5+s.key%3) != group {
				t.Fatalf("key %d comes twice, or in group %d", s.key, group)
			}
			got[s.key] = s.val[0]
			return nil
		})
	}
	if !maps.Equal(got, want) {
		t.Fatalf("a frozen table has %d entries that differ from the %d it had", len(got), len(want))
	}
}

// The tags of an overlay's index begin again after 2^16 batches; what they meant then must not come back.
func TestOverlayTagsBeginAgain(t *testing.T) {
	o := overlay{batch: 1, most: 64}
	intern := func(key string) (int, bool) { return o.intern(append(o.begin(3), key...)) }
	for i := range 50 {
		intern(fmt.Sprint("of the first batch ", i))
	}
	o.batch = 1<<16 - 1
	for round := range 4 {
		o.reset()
		for i := range 50 {
			if at, isNew := intern(fmt.Sprint(i)); at != i || !isNew {
				t.Fatalf("round %d: key %d is at %d, new: %v", round, i, at, isNew)
			}
			if at, isNew := intern(fmt.Sprint(i)); at != i || isNew {
				t.Fatalf("round %d: key %d again is at %d, new: %v", round, i, at, isNew)
			}
		}
	}
}

// collision finds two keys behind a prefix that have the same hash: some hundred thousand of 32 bits hold a few.
func collision(t *testing.T, prefix []byte) (a, b uint64) {
	t.Helper()
	seen := map[uint32]uint64{}
	for i := range uint64(1 << 20) {
		h := hashBytes(Uint64{}.Append(bytes.Clone(prefix), i))
		if j, ok := seen[h]; ok {
			return j, i
		}
		seen[h] = i
	}
	t.Fatal("no two of a million keys have the same hash")
	return 0, 0
}

// Keys of an overlay that have the same hash are different keys.
func TestOverlayKeysOfOneHash(t *testing.T) {
	o := overlay{batch: 1, most: 64}
	a, b := collision(t, o.begin(3))
	for i, k := range []uint64{a, 1 << 40, 2 << 40, 3 << 40, 4 << 40, 5 << 40, b} {
		for _, isNew := range []bool{true, false} {
			if at, was := o.intern(Uint64{}.Append(o.begin(3), k)); at != i || was != isNew {
				t.Errorf("key %d of %d and %d, which have one hash: at %d, new %v, want %d, %v", k, a, b, at, was, i, isNew)
			}
		}
	}
}

func TestKeyTypesMarkAsTheContractSays(t *testing.T) {
	for _, groups := range []int{1, 7, 128, 1000, 32768} {
		longs, texts := Longs(groups), Strings(groups)
		for i := range 500 {
			k := uint64(i) * 0x9E3779B97F4A7C15
			var got [1]backends.Key[uint64]
			longs.Mark(got[:], []uint64{k})
			if want := backends.KeyGroup(backends.JavaHashLong(int64(k)), groups); int(got[0].Group) != want || got[0].K != k {
				t.Fatalf("key %d of %d groups is in %d, want %d", k, groups, got[0].Group, want)
			}
			s := fmt.Sprintf("%x-é😀", k)[:i%20]
			var text [1]backends.Key[string]
			texts.Mark(text[:], []string{s})
			if want := backends.KeyGroup(backends.JavaHashString(s), groups); int(text[0].Group) != want || text[0].K != s {
				t.Fatalf("key %q of %d groups is in %d, want %d", s, groups, text[0].Group, want)
			}
			if text[0].Hash != hashBytes([]byte(s)) {
				t.Fatalf("key %q has another hash than its bytes", s)
			}
		}
	}
}

// Parts tell where they end, whatever follows.
func TestParts(t *testing.T) {
	for _, n := range []int{0, 1, 126, 127, 128, 129, 16383, 16384, 70000} {
		s := fmt.Sprintf("%*s", n, "x")[:n]
		b := appendPart(appendPart([]byte("before"), String{}, s), Uint64{}, 7)
		got, rest, err := cutPart(b[len("before"):], String{})
		if err != nil || got != s {
			t.Fatalf("a part of %d bytes comes back as %d, %v", n, len(got), err)
		}
		if v, rest, err := cutPart(rest, Uint64{}); v != 7 || len(rest) != 0 || err != nil {
			t.Fatalf("what follows %d bytes is %d, %d bytes, %v", n, v, len(rest), err)
		}
		for cut := range min(len(b)-len("before")-8, 200) {
			if _, _, err := cutPart(b[len("before"):][:cut], String{}); err == nil {
				t.Fatalf("%d of %d bytes are taken for a part", cut, n)
			}
		}
	}
}
