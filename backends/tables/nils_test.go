package tables

import (
	"errors"
	"testing"

	"github.com/weirbench/weir/backends"
)

// names is the codec of a *string.
type names struct{ String }

func (names) Append(b []byte, v *string) []byte { return append(b, *v...) }
func (names) Decode(b []byte) (*string, error)  { v := string(b); return &v, nil }
func (names) Copy(v *string) *string            { w := *v; return &w }

// Nil is no user key, and no codec is given it.
func TestNilUserKeyIsRefused(t *testing.T) {
	s := ttlScope(t)
	m, err := OpenMap(s, "m", None{}, backends.Codec[*string](names{}), backends.Codec[uint64](Uint64{}))
	if err != nil {
		t.Fatal(err)
	}
	for what, give := range map[string]func(){
		"Get":    func() { m.Get(backends.Void{}, nil) },
		"Set":    func() { m.Set(backends.Void{}, nil, 1) },
		"Remove": func() { m.Remove(backends.Void{}, nil) },
	} {
		err := s.Batch([]uint64{1}, func(int) {
			defer func() {
				var usage *backends.UsageError
				if err, _ := recover().(error); !errors.As(err, &usage) || usage.State != "m" {
					t.Errorf("%s(nil) panicked with %v, want a *backends.UsageError of m", what, err)
				}
			}()
			give()
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A nil of a map is one byte, any other value has one before it, and what is neither is corrupt.
func TestNilsOfMaps(t *testing.T) {
	c := nilsOf[*string](names{})
	x := ""
	for want, v := range map[string]*string{"\x01": nil, "\x00": &x} {
		b := c.Append(nil, v)
		again, err := c.Decode(b)
		if string(b) != want || err != nil || (again == nil) != (v == nil) || (c.Copy(v) == nil) != (v == nil) {
			t.Errorf("%v is written as %q, which reads as %v, %v; want %q", v, b, again, err, want)
		}
	}
	for _, bad := range []string{"", "\x01a", "\x02", "a"} {
		if v, err := c.Decode([]byte(bad)); err == nil {
			t.Errorf("%q is read as %v", bad, v)
		}
	}
	if plain := nilsOf[uint64](Uint64{}); plain != backends.Codec[uint64](Uint64{}) {
		t.Errorf("values that are never nil have the codec %T", plain)
	}
}
