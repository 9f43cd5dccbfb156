package engine

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
)

// A seal finds every flipped bit and every truncation, wherever.
func TestSealFindsEveryFlippedBit(t *testing.T) {
	for _, payload := range []string{"", "x", "epoch 3\ncheckpoint 7\n", strings.Repeat("state", 100)} {
		sealed := Seal([]byte(payload))
		if got, err := Unseal("blob", sealed); err != nil || string(got) != payload {
			t.Fatalf("Unseal(Seal(%q)) = %q, %v", payload, got, err)
		}
		for bit := range 8 * len(sealed) {
			bad := bytes.Clone(sealed)
			bad[bit/8] ^= 1 << (bit % 8)
			if _, err := Unseal("blob", bad); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("bit %d of %d flipped: Unseal = %v, want ErrCorrupt", bit, 8*len(sealed), err)
			}
		}
		for n := range len(sealed) {
			if _, err := Unseal("blob", sealed[:n]); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("cut to %d of %d bytes: Unseal = %v, want ErrCorrupt", n, len(sealed), err)
			}
		}
	}
}

// Half of a catalog entry is never taken for an entry, even by who has no seal to look at.
func TestEntryRoundTrip(t *testing.T) {
	e := &Entry{Epoch: 3, Ckpt: 7, Retained: []int64{4, 9}, Final: true, Parts: [][]byte{SourcePart(12, -5), []byte("state/3-7-2-ab 12 3 4 00"), nil}}
	takeover := &Entry{Epoch: 4, Restored: 7, Why: "checkpoint 8: checksum", Retained: []int64{9}}
	for _, want := range []*Entry{e, takeover} {
		b := want.Encode()
		got, err := ParseEntry(b)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got.Parts {
			if len(got.Parts[i]) == 0 {
				got.Parts[i] = nil
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("ParseEntry(Encode) = %+v, want %+v", got, want)
		}
		for n := range len(b) {
			if _, err := ParseEntry(b[:n]); err == nil {
				t.Fatalf("%d of %d bytes are taken for an entry:\n%s", n, len(b), b[:n])
			}
		}
	}
	if _, err := ParseEntry(append(e.Encode(), "part x\n"...)); err == nil {
		t.Error("what follows the end is taken for a part of the entry")
	}
}

type listSnapshot struct{ all []backends.Entry }

func (s listSnapshot) Groups() backends.Groups { return backends.Groups{First: 0, Last: 15} }
func (s listSnapshot) Close()                  {}
func (s listSnapshot) Each(group int, yield func(*backends.Entry) error) error {
	for i := range s.all {
		if s.all[i].Group == group {
			if err := yield(&s.all[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// A state file gives back what was written, its index finds each key group, and its digest does not depend on order.
func TestStateFile(t *testing.T) {
	var all []backends.Entry
	for i := range 40 {
		all = append(all, backends.Entry{State: fmt.Sprint("s", i%2), Group: i % 7, Key: fmt.Appendf(nil, "key-%d", i), Value: bytes.Repeat([]byte{byte(i)}, i*3)})
	}
	body := newStateBody(listSnapshot{all}, false, nil, nil)
	op := &Op{Body: body}
	payload, err := Encode(op, nil)
	if err != nil {
		t.Fatal(err)
	}
	part := body.part
	part.Name = "state/x"
	if again, err := ParseStatePart([]byte(part.String())); err != nil || again != part {
		t.Fatalf("ParseStatePart(%q) = %+v, %v", part, again, err)
	}
	var digest Digest
	n := 0
	if err := EachEntry(part, payload, func(e *backends.Entry) error { n++; digest.Add(e); return nil }); err != nil || n != 40 || digest != part.Digest {
		t.Fatalf("EachEntry: %d entries, digest %s, %v; want 40, %s", n, digest, err, part.Digest)
	}
	for g := range 16 {
		off, size, _, ok := findGroup(payload[part.Index:], g)
		if ok != (g < 7) {
			t.Fatalf("findGroup(%d) = %v", g, ok)
		}
		if ok {
			eachOfGroup(g, payload[off:off+size], func(e *backends.Entry) error {
				if e.Group != g {
					t.Errorf("group %d yields an entry of group %d", g, e.Group)
				}
				return nil
			})
		}
	}
	if err := EachEntry(part, payload[:len(payload)-1], func(*backends.Entry) error { return nil }); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a file that is too short: %v, want ErrCorrupt", err)
	}
	narrow := part
	narrow.Groups.Last = 5
	if err := EachEntry(narrow, payload, func(*backends.Entry) error { return nil }); !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "key group 6, it should have those of [0,5]") {
		t.Errorf("a file with a key group of another task: %v, want ErrCorrupt", err)
	}
	scan := newStateBody(listSnapshot{all}, true, nil, nil)
	if b, err := Encode(&Op{Body: scan}, nil); err != nil || scan.part.Digest != part.Digest || len(b) != int(scan.part.Size) {
		t.Errorf("a scan's digest is %s, want %s (%v)", scan.part.Digest, part.Digest, err)
	}
}

// An entry that changes in any way, or moves to another group, changes the digest.
func TestDigestSeesEveryField(t *testing.T) {
	base := backends.Entry{State: "count", Group: 3, Key: []byte("ATL"), Value: []byte{1, 2, 3}}
	seen := map[Digest]string{}
	for name, e := range map[string]backends.Entry{
		"base": base, "state": {State: "counu", Group: 3, Key: base.Key, Value: base.Value}, "group": {State: "count", Group: 4, Key: base.Key, Value: base.Value},
		"key": {State: "count", Group: 3, Key: []byte("ATM"), Value: base.Value}, "value": {State: "count", Group: 3, Key: base.Key, Value: []byte{1, 2, 4}},
		"border": {State: "count", Group: 3, Key: []byte("ATL\x01"), Value: []byte{2, 3}}, "zero": {State: "count", Group: 3, Key: base.Key, Value: []byte{1, 2, 3, 0}},
	} {
		var d Digest
		d.Add(&e)
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d] = name
		if p, err := ParseDigest(d.String()); err != nil || p != d {
			t.Errorf("ParseDigest(%s) = %s, %v", d, p, err)
		}
	}
}

// Exactly-once blocks an input until all have delivered the barrier; at least once does not. A late barrier of an aborted checkpoint is nothing.
func TestInputs(t *testing.T) {
	var a inputs
	a.init(3, false)
	step := func(ch int, id int64, first, last bool, takes Mask) {
		t.Helper()
		if f, l := a.barrier(ch, id); f != first || l != last || a.takes() != takes {
			t.Fatalf("barrier(%d, %d) = %v, %v, takes %b; want %v, %v, %b", ch, id, f, l, a.takes(), first, last, takes)
		}
	}
	step(0, 1, true, false, 0b110)
	step(2, 1, false, false, 0b010)
	step(1, 1, false, true, 0b111)
	step(1, 2, true, false, 0b101)
	a.abort(2)
	step(0, 2, false, false, 0b111)
	step(0, 3, true, false, 0b110)
	step(1, 4, true, false, 0b101) // 3 will not come any more
	a = inputs{}
	a.init(2, true)
	step(0, 1, true, false, 0b11)
	step(0, 2, true, false, 0b11)
	step(1, 1, false, true, 0b11)
	step(1, 2, false, true, 0b11)
	if a.mark(0, 10) || !a.mark(1, 7) || a.low != 7 || !a.mark(1, 20) || a.low != 10 || a.mark(1, 15) {
		t.Errorf("the least watermark is %d", a.low)
	}
}

func TestRestartStrategies(t *testing.T) {
	for _, c := range []struct {
		r     Restart
		at    []int64
		delay []int64 // -1: no further attempt
	}{
		{Restart{Strategy: "none"}, []int64{5}, []int64{-1}},
		{Restart{Strategy: "fixed-delay", Attempts: 2, Delay: 7}, []int64{1, 2, 3}, []int64{7, 7, -1}},
		{Restart{Strategy: "failure-rate", MaxFailures: 1, Interval: 100, Delay: 3}, []int64{0, 150, 200}, []int64{3, 3, -1}},
		{Restart{Strategy: "failure-rate", MaxFailures: 1, Interval: 100, Delay: 3}, []int64{0, 100}, []int64{3, -1}},
		{Restart{Strategy: "failure-rate", MaxFailures: 1, Interval: 100, Delay: 3}, []int64{0, 101, 202}, []int64{3, 3, 3}},
		{Restart{Strategy: "failure-rate", MaxFailures: 2, Interval: 100, Delay: 3}, []int64{0, 50, 101, 120}, []int64{3, 3, 3, -1}},
		{Restart{Strategy: "exponential-delay", Initial: 10, Max: 1000, Multiplier: 1.5, ResetAfter: 1000}, []int64{0, 1009, 2023, 3038}, []int64{10, 15, 22, 33}},
		{Restart{Strategy: "exponential-delay", Initial: 10, Max: 1000, Multiplier: 1.5, ResetAfter: 1000}, []int64{0, 1010, 2019, 3034}, []int64{10, 10, 15, 10}},
		{Restart{Strategy: "exponential-delay", Initial: 10, Max: 35, Multiplier: 2, ResetAfter: 1000}, []int64{0, 20, 50, 100, 5000}, []int64{10, 20, 35, 35, 10}},
	} {
		for i, now := range c.at {
			delay, why := c.r.Next(now)
			if want := c.delay[i]; want < 0 != (why != "") || want >= 0 && delay != want {
				t.Errorf("%s: failure %d at %d: delay %d, %q; want %d", c.r.Strategy, i+1, now, delay, why, want)
			}
		}
	}
}

func TestNamesParseBack(t *testing.T) {
	for p := NoPoint + 1; p < Points; p++ {
		if got, ok := ParsePoint(p.String()); !ok || got != p || !strings.Contains(p.String(), ".") {
			t.Errorf("ParsePoint(%q) = %v, %v", p, got, ok)
		}
	}
	for k := range RoleKinds {
		r := Role{Kind: k}
		if got, ok := ParseRole(r.String()); !ok || got != r {
			t.Errorf("ParseRole(%q) = %v, %v", r, got, ok)
		}
	}
	for _, bad := range []string{"", "task", "task/-1", "task/1x", "tasks/1", "checkpoint.", "coordinator/0"} {
		if _, ok := ParseRole(bad); ok {
			t.Errorf("ParseRole(%q) is taken", bad)
		}
		if _, ok := ParsePoint(bad); ok {
			t.Errorf("ParsePoint(%q) is taken", bad)
		}
	}
}

// A task refuses parts that lack a key group of its own, wherever it is.
func TestPartsOfAnotherTask(t *testing.T) {
	for _, c := range []struct {
		parts [][2]int
		want  string
	}{
		{[][2]int{{4, 7}}, ""},
		{[][2]int{{0, 5}, {6, 9}}, ""},
		{[][2]int{{8, 11}}, "key group 4 of [4,7] is in none of 1 parts"},
		{[][2]int{{0, 5}, {7, 9}}, "key group 6 of [4,7] is in none of 2 parts"},
		{[][2]int{{4, 6}}, "key group 7 of [4,7] is in none of 1 parts"},
	} {
		var lines []string
		for _, g := range c.parts {
			lines = append(lines, StatePart{Name: "state/x", Groups: backends.Groups{First: g[0], Last: g[1]}}.String())
		}
		var x restoring
		err := x.begin(&Common{}, backends.Groups{First: 4, Last: 7}, &Msg{Ckpt: 3, State: []byte(strings.Join(lines, "\n"))}, new(Effects))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), c.want)) {
			t.Errorf("parts of %v: %v, want %q", c.parts, err, c.want)
		}
	}
}

// A coordinator restores a checkpoint whose parts have every key group once.
func TestPartsOfACheckpoint(t *testing.T) {
	c := &Coordinator{Common: Common{Spec: &Spec{Groups: 8}}}
	for _, x := range []struct {
		parts [][2]int
		want  string
	}{
		{[][2]int{{0, 3}, {4, 7}}, ""},
		{[][2]int{{0, 3}, {4, 3}, {4, 7}}, ""}, // a task without any
		{[][2]int{{0, 3}, {3, 7}}, "state/1 has key groups [3,7], it should begin with 4"},
		{[][2]int{{4, 7}, {0, 3}}, "state/0 has key groups [4,7], it should begin with 0"},
		{[][2]int{{0, 3}}, "it was taken with 4 key groups, the job has 8: that cannot change"},
	} {
		var all []StatePart
		for i, g := range x.parts {
			all = append(all, StatePart{Name: fmt.Sprint("state/", i), Groups: backends.Groups{First: g[0], Last: g[1]}})
		}
		if err := c.complete(all); x.want == "" && err != nil || x.want != "" && (err == nil || err.Error() != x.want) {
			t.Errorf("parts of %v: %v, want %q", x.parts, err, x.want)
		}
	}
}
