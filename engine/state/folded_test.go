package state_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// pointers is the codec of a *uint64, and does not know nil.
type pointers struct{ tables.Uint64 }

func (pointers) Append(b []byte, v *uint64) []byte { return tables.Uint64{}.Append(b, *v) }
func (pointers) Decode(b []byte) (*uint64, error) {
	v, err := tables.Uint64{}.Decode(b)
	return &v, err
}
func (pointers) Shares() bool           { return true }
func (pointers) Copy(v *uint64) *uint64 { w := *v; return &w }

// To add nil is to clear, as on Flink's heap: no fold is given one, as the first or as another.
func TestNilClearsWhatIsFolded(t *testing.T) {
	sum := func(a, b *uint64) *uint64 { c := *a + *b; return &c }
	each(t, func(t *testing.T, k *task) {
		of := backends.Codec[*uint64](pointers{})
		r, err := state.OpenReducing(k.Scope, "reduced", of, sum)
		if err != nil {
			t.Fatal(err)
		}
		a, err := state.OpenAggregating(k.Scope, "aggregated", of, state.Aggregate[*uint64, *uint64, *uint64]{
			Create: func() *uint64 { return new(uint64) }, Add: sum, Result: func(acc *uint64) *uint64 { return acc },
		})
		if err != nil {
			t.Fatal(err)
		}
		two := uint64(2)
		wants := func(when string, want uint64) {
			x, ok := r.Get()
			y, also := a.Get()
			if ok != (want > 0) || also != ok || ok && (*x != want || *y != want) {
				t.Errorf("%s: %v, %v and %v, %v; want %d", when, x, ok, y, also, want)
			}
		}
		k.batch(t, []uint64{1}, func(int) {
			r.Add(nil)
			a.Add(nil)
			wants("nil came first", 0)
			for range 2 {
				r.Add(&two)
				a.Add(&two)
			}
			wants("twice 2", 4)
		})
		k.batch(t, []uint64{1}, func(int) {
			r.Add(nil)
			a.Add(nil)
			wants("nil came later", 0)
		})
		k.batch(t, []uint64{1}, func(int) {
			r.Add(&two)
			a.Add(&two)
			wants("2 behind it", 2)
		})
	})
}
