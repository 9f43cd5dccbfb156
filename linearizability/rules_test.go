package linearizability

import (
	"fmt"
	"slices"
	"testing"
)

// The fence rule: what never returned ends where its attempt was declared dead, or, when the attempt lived on, where another was restored; a
// manifest where another took over. What begins behind that is without effect, and nothing is open for ever.
func TestSpans(t *testing.T) {
	h := &History{Attempts: []Attempt{{Epoch: 1, Start: 1, Fence: 100}, {Epoch: 2, Start: 101, Zombie: true, Fence: 220}, {Epoch: 3, Start: 200}},
		Ops: []Op{
			{Kind: TakeOver, Attempt: 2, Call: 110, Return: 120}, {Kind: Recover, Attempt: 2, Call: 110, Return: 130},
			{Kind: TakeOver, Attempt: 3, Call: 210, Return: 220}, {Kind: Recover, Attempt: 3, Call: 210, Return: 240},
			{Kind: Read, Attempt: 3, Call: 300, Return: 301},
		}}
	v := NewView(h)
	for _, c := range []struct {
		op            Op
		from, to      int64
		unknown, seen bool
	}{
		{Op{Kind: Apply, Attempt: 1, Call: 10, Return: 20}, 10, 20, false, true},
		{Op{Kind: Apply, Attempt: 1, Call: 90, Return: 0, Outcome: Unknown}, 90, 100, true, true}, // to the fence
		{Op{Kind: Apply, Attempt: 1, Call: 90, Return: 105}, 90, 100, false, true},                // the answer came late, the effect did not
		{Op{Kind: Commit, Attempt: 1, Call: 90, Outcome: Unknown}, 90, 120, true, true},           // until another took over
		{Op{Kind: Commit, Attempt: 1, Call: 125, Outcome: Unknown}, 0, 0, false, false},           // too late to have happened
		{Op{Kind: Commit, Attempt: 1, Call: 125, Return: 126}, 125, 126, false, true},             // and it happened: for the model to refuse
		{Op{Kind: Apply, Attempt: 2, Call: 225, Outcome: Unknown}, 225, 240, true, true},          // a zombie's, until another was restored
		{Op{Kind: Apply, Attempt: 2, Call: 245, Return: 246}, 0, 0, false, false},                 // of a zombie that nobody sees
		{Op{Kind: Read, Attempt: 2, Call: 245, Return: 246}, 245, 246, false, true},               // but an answer is seen
		{Op{Kind: Apply, Attempt: 3, Call: 290, Outcome: Unknown}, 290, 302, true, true},          // to the end of all
		{Op{Kind: Apply, Attempt: 3, Call: 290, Return: 291, Outcome: Refused}, 0, 0, false, false},
		{Op{Kind: Apply, Attempt: 9, Call: 290, Return: 291}, 0, 0, false, false},
	} {
		from, to, unknown, seen := v.span(&c.op)
		if seen != c.seen || seen && (from != c.from || to != c.to || unknown != c.unknown) {
			t.Errorf("%s of attempt %d from %d to %d: %d to %d, unknown %v, seen %v; want %d to %d, %v, %v", c.op.Kind, c.op.Attempt, c.op.Call, c.op.Return,
				from, to, unknown, seen, c.from, c.to, c.unknown, c.seen)
		}
	}
}

// No operation of a key that is searched is dropped, however few keys are.
func TestSampledKeysAreWhole(t *testing.T) {
	for seed := range uint64(60) {
		s := sizeOf(seed)
		s.keys = 9
		h := goodOf(t, seed, s)
		say := func(o Options) (all map[string]string, keys []int32) {
			k := newKeyed(NewView(h))
			k.choose(o.withDefaults())
			all = map[string]string{}
			for _, p := range k.parts() {
				text := ""
				for i := range p.calls {
					text += fmt.Sprintf("%d-%d %s\n", p.calls[i].from, p.calls[i].to, sayKeyOp(&p.calls[i].op))
				}
				all[fmt.Sprint(p.key, p.part)] = text
			}
			return all, k.keys
		}
		whole, _ := say(Options{})
		some, keys := say(Options{KeysMax: 3})
		if len(keys) != 3 {
			t.Fatalf("seed %d: %d keys are searched, want 3", seed, len(keys))
		}
		for part, text := range some {
			if text != whole[part] || text == "" {
				t.Fatalf("seed %d: key and partition %s has the operations\n%s\nwhen it is one of few, and\n%s\nwhen all are searched", seed, part, text, whole[part])
			}
		}
	}
}

// Those that a fault touched come first, then those that were read.
func TestTouchedKeysComeFirst(t *testing.T) {
	tried := 0
	for seed := range uint64(60) {
		s := sizeOf(seed)
		s.keys, s.crashes = 9, 2
		h := goodOf(t, seed, s)
		k := newKeyed(NewView(h))
		touched := k.touched()
		n := 0
		for _, is := range touched {
			if is {
				n++
			}
		}
		if n == 0 || n == len(touched) {
			continue
		}
		tried++
		k.choose(Options{KeysMax: n}.withDefaults())
		for _, key := range k.keys {
			if !touched[key] {
				t.Fatalf("seed %d: of %d keys that a fault touched the search left some out, and took key %d, which none did: %v", seed, n, key, k.keys)
			}
		}
		if !slices.IsSorted(k.keys) || len(k.keys) != n {
			t.Fatalf("seed %d: the keys are %v, want %d", seed, k.keys, n)
		}
	}
	if tried < 10 {
		t.Errorf("tried on %d histories, want 10", tried)
	}
}
