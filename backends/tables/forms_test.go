package tables_test

import (
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
)

// cents is a codec that says what it is called.
type cents struct{ tables.Uint64 }

func (cents) CodecName() string { return "cents" }

// What a scope has opened is in its forms, in words that read back.
func TestForms(t *testing.T) {
	store, err := heap.Backend{}.Open(backends.Options{Groups: backends.Groups{Last: 7}})
	if err != nil {
		t.Fatal(err)
	}
	s := &tables.Scope[string]{Store: store, Keys: new(backends.Keys[string]), Codec: tables.Strings(8)}
	_, err1 := tables.OpenValue(s, "a b/c", tables.None{}, cents{})
	_, err2 := tables.OpenMapTTL(s, "m", tables.String{}, tables.Uint64{}, cents{}, tables.TTL{Life: 1000})
	_, err3 := tables.OpenListTTL(s, "l", tables.None{}, tables.Uint64s{}, tables.TTL{Life: 1000})
	_, err4 := tables.OpenTimers(s, "t,", tables.Uint64{})
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	const want = "a+b%2fc/value+key=tables.texts+ns=tables.None:0+of=cents:8,m/map+key=tables.texts+ns=tables.String+from=tables.Uint64:8+to=ttl:cents:16," +
		"l/list+key=tables.texts+ns=tables.None:0+of=ttl:tables.Uint64s,t%2c/timers+key=tables.texts+ns=tables.Uint64:8"
	if s.Forms != want {
		t.Errorf("forms are %q, want %q", s.Forms, want)
	}
	if again, err := tables.ParseForms(string(s.Forms)); err != nil || again != s.Forms {
		t.Errorf("ParseForms = %q, %v", again, err)
	}
	if form, ok := s.Forms.Of("t,"); !ok || form != "timers key=tables.texts ns=tables.Uint64:8" {
		t.Errorf("the form of the timers is %q, %v", form, ok)
	}
	for _, bad := range []string{"a", "a/b,", ",", "a/%", "a/%2", "a/%zz", "a/b c", "a/b/c"} {
		if _, err := tables.ParseForms(bad); err == nil {
			t.Errorf("%q is read as forms", bad)
		}
	}
}

// States that a job does not have, and those that a checkpoint did not have, fit; what both have must be the same.
func TestFormsFit(t *testing.T) {
	ours := tables.Forms("a/value,b/list")
	for _, c := range []struct{ had, want string }{
		{"", ""},
		{"a/value", ""},
		{"c/map,b/list", ""},
		{"b/list+of=x,a/value", "state b is a list of=x there, and a list in this job: its entries cannot be read"},
	} {
		got := ""
		if err := ours.Fit(tables.Forms(c.had)); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("Fit(%q) = %q, want %q", c.had, got, c.want)
		}
	}
	if got, want := ours.And("b/map,c/map"), tables.Forms("a/value,b/list,c/map"); got != want {
		t.Errorf("And = %q, want %q", got, want)
	}
}
