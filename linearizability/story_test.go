package linearizability

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests get as what they want")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = "testdata/" + name
	if *rewrite {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// stale is a history in which a read went back in time.
func stale(t *testing.T) *History {
	for seed := uint64(0); ; seed++ {
		s := sizeOf(seed)
		s.crashes, s.mode = 2, ExactlyOnce
		if h := goodOf(t, seed, s); len(h.Attempts) > 1 && staleRead(h, rngOf(seed)) {
			return h
		}
	}
}

// A violation is told in words, with the figures that show it and a page of porcupine's.
func TestStory(t *testing.T) {
	h := stale(t)
	v := find(checkAll(h), "linearizability")
	if v.Result != Fail || v.Story == nil {
		t.Fatalf("%+v", v)
	}
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "story.json", append(b, '\n'))
	bad := 0
	for _, l := range v.Story.Lanes {
		if l.Bad {
			bad++
		}
	}
	for _, s := range v.Story.Value {
		if s.Bad {
			bad++
		}
	}
	if bad != 2 {
		t.Errorf("%d marks of the violation in the two figures, want one in each", bad)
	}
	if !bytes.Contains(v.Page, []byte("<html")) || !bytes.Contains(v.Page, []byte("read ")) || len(v.Page) > pageMax {
		t.Errorf("porcupine's page has %d bytes and should show the read", len(v.Page))
	}
}

// A page that is too large is cut: half of the operations, and half again, until it is small enough. What cannot be made small enough is left out.
func TestPageIsCut(t *testing.T) {
	h := stale(t)
	page := func(most int) int {
		for _, v := range Check(t.Context(), h, Options{Porcupine: true, pageBytes: most}) {
			if v.Check == "linearizability" {
				return len(v.Page)
			}
		}
		return -1
	}
	whole := page(0)
	if whole <= 0 || whole > pageMax {
		t.Fatalf("the page has %d bytes, want some, at most %d", whole, pageMax)
	}
	if cut := page(whole - 1); cut <= 0 || cut >= whole {
		t.Errorf("the page has %d bytes, and %d with a limit of one less", whole, cut)
	}
	if cut := page(1000); cut != 0 {
		t.Errorf("a page of %d bytes where 1000 are allowed", cut)
	}
}

// Every story of a failure says what was expected and what was seen, whichever corruption it tells of.
func TestStoriesAreWhole(t *testing.T) {
	for ci, c := range corruptions() {
		h := good(t, 0)
		seed := uint64(1)
		for ; seed < 3000 && !c.do(h, rngOf(seed+uint64(ci))); seed++ {
			h = good(t, seed)
		}
		for _, v := range checkAll(h) {
			if v.Result != Fail {
				continue
			}
			s := v.Story
			if s == nil || s.Title == "" || s.Say == "" || s.Want == "" || s.Got == "" || strings.Contains(s.Say+s.Title, "%!") {
				t.Errorf("%s: the story of %s is not whole: %+v", c.name, v.Check, s)
				continue
			}
			if len(v.Ops) == 0 || slices.ContainsFunc(v.Ops, func(i int) bool { return i < 0 || i >= len(h.Ops) }) {
				t.Errorf("%s: %s fails and rests on the operations %v, of %d", c.name, v.Check, v.Ops, len(h.Ops))
			}
			t.Logf("%s, %s: %s. %s Expected: %s. Seen: %s.", c.name, v.Check, s.Title, s.Say, s.Want, s.Got)
		}
	}
}
