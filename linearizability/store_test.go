package linearizability

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

func stored(t *testing.T, h *History) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := h.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What was written is what is read, but for the Truth.
func TestStoreRoundTrip(t *testing.T) {
	for seed := range uint64(200) {
		h := good(t, seed)
		if seed%3 == 0 {
			wrongRow(h, rngOf(seed))
			h.End, h.Ops[0].Text = "killed", "ä \"quoted\"\nline"
			h.Ops = append(h.Ops, Op{Kind: Apply, Call: 1 << 40, IDs: []ID{1<<63 + 5, 0, 1 << 40, 7}})
		}
		back, err := ReadHistory(bytes.NewReader(stored(t, h)))
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back.Truth = h.Truth
		for i := range back.Ops { // an empty list comes back as none
			if len(h.Ops[i].IDs) == 0 {
				h.Ops[i].IDs = nil
			}
		}
		for i := range back.Output {
			if len(h.Output[i].IDs) == 0 {
				h.Output[i].IDs = nil
			}
		}
		if !reflect.DeepEqual(h, back) {
			t.Fatalf("seed %d: got\n%+v\nwant\n%+v", seed, back, h)
		}
	}
}

// big is long enough to be stored in several blocks.
func big() *History {
	h := &History{Mode: ExactlyOnce, Parts: 1}
	for i := range 20_000 {
		op := Op{Kind: Apply, Attempt: 1, Call: int64(2*i + 1), Return: int64(2*i + 2), At: int64(i * 7919 % 100_003), Text: fmt.Sprint(i * i)}
		for k := range 20 {
			op.IDs = append(op.IDs, ID(i*i%977+k*i))
		}
		h.Ops = append(h.Ops, op)
	}
	return h
}

// A file that breaks off, as that of a killed run, is read up to there, and the error says so.
func TestStoreBreaksOff(t *testing.T) {
	h := big()
	whole := stored(t, h)
	before := 0
	for _, part := range []int{2, 4, 6, 8, 10} {
		cut := whole[:len(whole)*part/10]
		if part == 10 {
			cut = whole[:len(whole)-1]
		}
		back, err := ReadHistory(bytes.NewReader(cut))
		if !errors.Is(err, ErrTruncated) {
			t.Fatalf("%d of %d bytes: error %v, want ErrTruncated", len(cut), len(whole), err)
		}
		if len(back.Ops) <= before {
			t.Errorf("%d of %d bytes: %d operations were read, want more than the %d of a shorter file", len(cut), len(whole), len(back.Ops), before)
		}
		before = len(back.Ops)
		if !reflect.DeepEqual(back.Ops, h.Ops[:before]) {
			t.Errorf("%d of %d bytes: the operations that were read are not those that were written", len(cut), len(whole))
		}
	}
}

// A damaged file is refused; it is never read as something else.
func TestStoreDamaged(t *testing.T) {
	h := big()
	whole := stored(t, h)
	for at := 0; at < len(whole); at += 9001 {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 0x10
		back, err := ReadHistory(bytes.NewReader(damaged))
		if err == nil && !reflect.DeepEqual(back.Ops, h.Ops) {
			t.Fatalf("byte %d was changed, and a history was read that is not the one that was written", at)
		}
		if err != nil && back != nil && !reflect.DeepEqual(back.Ops, h.Ops[:len(back.Ops)]) {
			t.Fatalf("byte %d was changed: %v, and the operations before it differ", at, err)
		}
	}
}

// What is no history at all is refused in one line.
func TestStoreRefuses(t *testing.T) {
	var foreign bytes.Buffer
	(&History{}).Write(&foreign)
	for what, content := range map[string]string{"nothing": "", "text": "hello", "a short file": foreign.String()[:7]} {
		h, err := ReadHistory(strings.NewReader(content))
		if h != nil || err == nil || !strings.HasPrefix(err.Error(), "read history: ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, %v; want one line that begins with \"read history: \"", what, h, err)
		}
	}
}

// Histories that are checked in are read and judged as on the day they were written: -rewrite writes them again.
func TestCheckedIn(t *testing.T) {
	makers := map[string]func(uint64) *History{
		"clean":        func(uint64) *History { return good(t, 14) },
		"clean-zombie": func(uint64) *History { return firstOf(t, func(h *History) bool { return h.Attempts[0].Zombie }) },
		"stale-read":   func(uint64) *History { return stale(t) },
		"zombie-commit": func(seed uint64) *History {
			return firstOf(t, func(h *History) bool { return zombieCommit(h, rngOf(seed)) })
		},
		"lost-commit": func(seed uint64) *History {
			return firstOf(t, func(h *History) bool { return restoreOlder(h, rngOf(seed)) })
		},
		"row-missing": func(seed uint64) *History {
			return firstOf(t, func(h *History) bool { return dropRow(h, rngOf(seed)) })
		},
	}
	for name, make := range makers {
		t.Run(name, func(t *testing.T) {
			if *rewrite {
				h := make(1)
				truth, err := json.Marshal(h.Truth)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, name+".ndjson.zst", stored(t, h))
				golden(t, name+".truth.json", truth)
			}
			h := checkedIn(t, name)
			var b bytes.Buffer
			for _, v := range checkAll(h) {
				fmt.Fprintf(&b, "%-20s %-15s %s\n", v.Check, v.Result, v.Reason)
			}
			golden(t, name+".verdicts", b.Bytes())
			if clean := strings.HasPrefix(name, "clean"); clean == strings.Contains(b.String(), " fail ") {
				t.Errorf("%s:\n%s", name, b.String())
			}
		})
	}
}

func checkedIn(t *testing.T, name string) *History {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".ndjson.zst")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h, err := ReadHistory(f)
	if err != nil {
		t.Fatal(err)
	}
	truth, err := os.ReadFile("testdata/" + name + ".truth.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(truth, &h.Truth); err != nil {
		t.Fatal(err)
	}
	return h
}

// firstOf is the history of the first seed of which something is true.
func firstOf(t *testing.T, is func(*History) bool) *History {
	t.Helper()
	for seed := uint64(1); ; seed++ {
		if h := good(t, seed); h.Mode == ExactlyOnce && is(h) {
			return h
		}
	}
}
