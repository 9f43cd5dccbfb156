package tables

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/backends"
)

// row is numbers that follow each other but for those that end with a 9.
type row struct{ Uint64 }

func (row) Places(dst []int64, nss []uint64) []int64 {
	for _, ns := range nss {
		if ns%10 == 9 {
			dst = append(dst, NoPlace)
		} else {
			dst = append(dst, int64(ns)-20)
		}
	}
	return dst
}

func (row) Of(nth int64) uint64 { return uint64(nth + 20) }

// large is a value of more bytes than are kept beside others.
type large struct {
	n    uint64
	rest [laneBytes]byte
}

type larges struct{ Uint64 }

func (larges) Append(b []byte, v large) []byte      { return Uint64{}.Append(b, v.n) }
func (larges) Decode(b []byte) (v large, err error) { v.n, err = Uint64{}.Decode(b); return v, err }
func (larges) Copy(v large) large                   { return v }

func laneScope() *Scope[uint64] {
	return &Scope[uint64]{Keys: new(backends.Keys[uint64]), Codec: Longs(4)}
}

// Values that are kept beside each other are those of a Go map, and so is what is frozen, whether they share memory or not, and whether they fit.
func TestLaneIsAMap(t *testing.T) {
	s, groups := laneScope(), backends.Groups{Last: 3}
	t.Run("numbers", func(t *testing.T) {
		live := (&ValueDesc[uint64, uint64, uint64]{"s", s, row{}, newParts(s, row{}), Uint64{}}).Live(groups)
		if _, ok := live.(*liveLane[uint64, uint64, uint64]); !ok {
			t.Fatalf("a %T, want what keeps them beside each other", live)
		}
		drillLane(t, s, live, func(v uint64) uint64 { return v }, func(v uint64) uint64 { return v })
	})
	t.Run("shared memory", func(t *testing.T) {
		live := (&ValueDesc[uint64, uint64, []uint64]{"s", s, row{}, newParts(s, row{}), Uint64s{}}).Live(groups)
		drillLane(t, s, live, func(v uint64) []uint64 { return []uint64{v} }, func(v []uint64) uint64 { v[0] += 7; return v[0] - 7 })
	})
	t.Run("too large", func(t *testing.T) {
		live := (&ValueDesc[uint64, uint64, large]{"s", s, row{}, newParts(s, row{}), larges{}}).Live(groups)
		if _, ok := live.(*liveValue[uint64, uint64, large]); !ok {
			t.Fatalf("a %T, want what keeps them alone", live)
		}
		drillLane(t, s, live, func(v uint64) large { return large{n: v} }, func(v large) uint64 { return v.n })
	})
}

type laneAt struct{ key, ns uint64 }

// drillLane changes a table at random. spoil says what a value is and, where that can be, changes it in place, which must not reach what is frozen.
func drillLane[V any](t *testing.T, s *Scope[uint64], live backends.LiveTable, make func(uint64) V, spoil func(V) uint64) {
	table, all := live.(Value[uint64, V]), UpdatesOf(s, live.(Value[uint64, V]))
	r, want := rand.New(rand.NewPCG(3, 9)), map[laneAt]uint64{}
	type pin struct {
		backends.Frozen
		want map[laneAt]uint64
	}
	var pins []pin
	change := func(key uint64, nss []uint64, step uint64) func(int, V, bool) V {
		return func(i int, v V, ok bool) V {
			at := laneAt{key, nss[i]}
			was, has := want[at]
			if has != ok || ok && spoil(v) != was {
				t.Fatalf("step %d: Update was given %v, %v of %v, want %d, %v", step, v, ok, at, was, has)
			}
			want[at] = step + uint64(i)
			return make(want[at])
		}
	}
	for step := range uint64(3000) {
		keys := []uint64{r.Uint64N(200), r.Uint64N(200), r.Uint64N(3)}
		s.Fill(keys)
		live.Begin()
		for i := range 3 * len(keys) {
			s.Keys.At = i / 3
			key := keys[i/3]
			at := laneAt{key, r.Uint64N(1 + r.Uint64N(60))}
			switch r.IntN(6) {
			case 0:
				table.Set(at.ns, make(step))
				want[at] = step
			case 1:
				table.Clear(at.ns)
				delete(want, at)
			case 2:
				v, ok := table.Get(at.ns)
				was, has := want[at]
				if has != ok || ok && spoil(v) != was {
					t.Fatalf("step %d: Get of %v is %v, %v, want %d, %v", step, at, v, ok, was, has)
				}
				if ok { // it was changed in place
					table.Set(at.ns, make(was))
				}
			default:
				var nss []uint64
				for n := range 1 + r.Uint64N(12) {
					nss = append(nss, at.ns+12-n)
				}
				all.Update(nss, change(key, nss, step))
			}
		}
		live.End()
		if live.Len() != len(want) {
			t.Fatalf("step %d: Len is %d, want %d", step, live.Len(), len(want))
		}
		if step%700 == 600 {
			pins = append(pins, pin{live.Freeze(), maps.Clone(want)})
		}
		if len(pins) == 2 && step%700 == 300 {
			for _, p := range pins {
				sameLane(t, p.Frozen, p.want)
				p.Release()
			}
			pins = nil
		}
	}
}

func sameLane(t *testing.T, f backends.Frozen, want map[laneAt]uint64) {
	t.Helper()
	got := map[string]string{}
	for group := range 4 {
		if err := f.Each(group, func(e *backends.Entry) error {
			got[fmt.Sprintf("%x", e.Key)] = fmt.Sprintf("%x", e.Value)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%d entries are frozen, want %d", len(got), len(want))
	}
	for at, v := range want {
		if key, is := fmt.Sprintf("%016x%016x", at.key, at.ns), fmt.Sprintf("%016x", v); got[key] != is {
			t.Fatalf("%v is frozen as %s, want %s", at, got[key], is)
		}
	}
}
