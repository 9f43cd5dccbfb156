package linearizability

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// The toy's state expires after toyLife; a record of offset n comes at 10·n. Each partition of a key has a state of its own.
const toyLife = 55

// look gives a history what its records saw.
func (h *History) look() {
	h.Truth.Expires = &Expires{LifeUs: toyLife}
	saw := map[ID]Look{}
	for p := range h.Truth.Parts {
		last := map[int32]int64{}
		for off, key := range h.Truth.Parts[p].Key {
			l := Look{ID(p)<<40 | ID(off), int64(10 * off), -1}
			if at, wrote := last[key]; wrote && l.Now < at+toyLife {
				l.Saw = at
			} else {
				last[key] = l.Now
			}
			saw[l.ID] = l
		}
	}
	for i := range h.Output {
		for _, id := range h.Output[i].IDs {
			h.Output[i].Looks = append(h.Output[i].Looks, saw[id])
		}
	}
}

// toyLives is what was alive of the toy's states with a TTL: as much as there is of the others, for want of lives of their own.
func toyLives(d Digest) []Living {
	n := Alive{int64(d[0] % 9), d}
	return []Living{{"cold", n, n}, {"seen", n, n}}
}

// onLives corrupts what a task has restored of a state with a TTL.
func onLives(change func(x *Living)) func(*History, *rand.Rand) bool {
	return func(h *History, rng *rand.Rand) bool {
		i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Reload })
		if ok {
			h.Ops[i].Lives = slices.Clone(h.Ops[i].Lives)
			change(&h.Ops[i].Lives[rng.IntN(2)])
		}
		return ok
	}
}

// onLook corrupts one look of a history, of those that fit.
func onLook(fits func(l *Look) bool, change func(l *Look)) func(*History, *rand.Rand) bool {
	return func(h *History, rng *rand.Rand) bool {
		t := windowed(h, rng, func(t *Txn) bool {
			return slices.ContainsFunc(t.Looks, func(l Look) bool { return fits(&l) })
		})
		if t == nil {
			return false
		}
		t.Looks = slices.Clone(t.Looks)
		change(&t.Looks[slices.IndexFunc(t.Looks, func(l Look) bool { return fits(&l) })])
		return true
	}
}

func ttlCorruptions() []corruption {
	by, cold := []string{"ttl"}, []string{"digest"}
	saw, sawNone := func(l *Look) bool { return l.Saw >= 0 }, func(l *Look) bool { return l.Saw < 0 && l.Now > 0 }
	return []corruption{
		{"what had not expired is lost", by, Fail, onLook(saw, func(l *Look) { l.Saw = -1 })},
		{"another write is seen than the last", by, Fail, onLook(saw, func(l *Look) { l.Saw-- })},
		{"what was never written is seen", by, Fail, onLook(sawNone, func(l *Look) { l.Saw = l.Now - 1 })},
		{"what has expired is seen", by, Fail, onLook(saw, func(l *Look) { l.Now = l.Saw + toyLife })},
		{"a restore loses what was alive", cold, Fail, onLives(func(x *Living) { x.Has.N-- })},
		{"a restore has another's instead", cold, Fail, onLives(func(x *Living) { x.Has.Digest[1]++ })},
		{"no record came when its key had written", by, Undecided, func(h *History, _ *rand.Rand) bool {
			for i := range h.Output {
				h.Output[i].Looks = nil
			}
			return h.Mode == ExactlyOnce && len(h.Output) > 0
		}},
	}
}

// Of the looks of one key, by offset, all are right but the last.
func TestLooksThatAreWrong(t *testing.T) {
	for name, c := range map[string]struct {
		x     Expires
		looks []Look // the offset, when, and what was seen
	}{
		"lost too early":                        {Expires{}, []Look{{0, 10, -1}, {1, 109, 10}, {2, 109, -1}}},
		"seen too late":                         {Expires{}, []Look{{0, 10, -1}, {1, 110, 10}}},
		"shown twice":                           {Expires{Shown: true}, []Look{{0, 10, -1}, {1, 110, 10}, {2, 111, 10}}},
		"shown what took another's place":       {Expires{Shown: true, Renewed: true}, []Look{{0, 10, -1}, {1, 20, 10}, {2, 130, 10}}},
		"reading renewed":                       {Expires{}, []Look{{0, 10, -1}, {1, 60, 10}, {2, 120, 10}}},
		"reading did not renew":                 {Expires{ByReading: true}, []Look{{0, 10, -1}, {1, 60, 10}, {2, 120, -1}}},
		"reading gave new life":                 {Expires{ByReading: true, Shown: true}, []Look{{0, 10, -1}, {1, 110, 10}, {2, 120, 10}}},
		"the first of a list for its last":      {Expires{List: true, Renewed: true}, []Look{{0, 10, -1}, {1, 20, 10}, {3, 30, 10}}},
		"a list all of whose lives end at once": {Expires{List: true, Renewed: true}, []Look{{0, 10, -1}, {1, 20, 10}, {2, 115, -1}}},
		"another slot":                          {Expires{Slots: 2}, []Look{{0, 10, -1}, {1, 20, 10}}},
		"a slot that all reads deleted":         {Expires{Slots: 2, Shown: true}, []Look{{0, 10, -1}, {5, 115, -1}, {6, 116, 10}}},
		"a slot that all reads renewed":         {Expires{Slots: 2, ByReading: true}, []Look{{0, 10, -1}, {5, 60, -1}, {6, 115, -1}}},
	} {
		c.x.LifeUs = 100
		held := make([][]written, max(1, c.x.Slots))
		v := &View{Truth: &Truth{Keys: []string{"k"}, Expires: &c.x}}
		for i := range c.looks {
			l := &c.looks[i]
			over, alive := c.x.split(held[int(l.ID)%len(held)], l.Now)
			if s, bad := v.wrongLook(l, 0, over, alive); bad != (i == len(c.looks)-1) {
				t.Errorf("%s: the look %d is wrong: %v, want only the last to be: %s", name, i, bad, s.Title)
			}
			c.x.after(held, l, 1)
		}
	}
}

// What is restored of a state with a TTL has to be what was alive, and the verdict says which state is not.
func TestWhatWasAliveIsRestored(t *testing.T) {
	h := good(t, 1)
	for seed := uint64(2); !onLives(func(*Living) {})(h, rngOf(seed)); seed++ {
		h = good(t, seed)
	}
	h.Volatile = []string{"cold", "alarm"}
	if v := find(checkAll(h), "digest"); v.Result != Pass || !strings.Contains(v.Reason, "; of cold and seen with a TTL, the ") || !strings.HasSuffix(v.Reason, "; without alarm, which may lose entries at any time") {
		t.Errorf("digest is %s: %s; want it to pass and say what of cold and seen it holds, and that it does without alarm", v.Result, v.Reason)
	}
	onLives(func(x *Living) { x.State, x.Should, x.Has = "cold", Alive{2, Digest{0, 7}}, Alive{N: 1} })(h, rngOf(1))
	v := find(checkAll(h), "digest")
	if v.Result != Fail || v.Story == nil || !strings.Contains(v.Story.Title, "of state cold ") || !strings.HasPrefix(v.Story.Want, "2 entries alive, ") || !strings.HasPrefix(v.Story.Got, "1 entry alive, ") {
		t.Errorf("digest is %+v, %+v; want it to fail and name the state cold, of which 1 entry of 2 is alive", v, v.Story)
	}
}

// What no record could see behind a recovery is not said to have survived it, where the plan asks for that.
func TestLivesThatEndInTheOutage(t *testing.T) {
	for name, c := range map[string]struct {
		behind   []Look // of the second attempt
		outlived bool   // demanded
		want     Result
	}{
		"alive behind it":             {[]Look{{1, 100, 10}}, true, Pass},
		"over behind it":              {[]Look{{1, 110, -1}, {2, 120, 110}}, true, Undecided},
		"over, and that is all right": {[]Look{{1, 110, -1}, {2, 120, 110}}, false, Pass},
		"lost behind it":              {[]Look{{1, 109, -1}}, true, Fail},
	} {
		n := 1 + len(c.behind)
		truth := &Truth{Keys: []string{"k"}, Expires: &Expires{LifeUs: 100}, Parts: []Part{{Key: make([]int32, n)}}}
		h := &History{Mode: ExactlyOnce, Final: &Cut{}, Demands: Demands{Outlived: c.outlived},
			Output: []Txn{{Epoch: 1, Looks: []Look{{0, 10, -1}}}, {Epoch: 2, Looks: c.behind}}}
		if v := judgeTTL(t.Context(), &View{History: h, Truth: truth}, Options{}); v.Result != c.want {
			t.Errorf("%s: ttl is %s: %s; want %s", name, v.Result, v.Reason, c.want)
		}
	}
}

func TestLooksArePacked(t *testing.T) {
	looks := []Look{{ID(1)<<40 | 7, 5000, -1}, {ID(0) | 3, 6000, 6000}, {ID(2)<<40 | 1, 5999, 0}}
	got, err := unpackLooks(packLooks(looks))
	if err != nil || !reflect.DeepEqual(got, looks) {
		t.Errorf("unpackLooks(packLooks(x)) = %v, %v; want %v", got, err, looks)
	}
	for _, bad := range []string{"=", "gA", "AA"} { // no base64, a number cut short, one number of three
		if got, err := unpackLooks(bad); err == nil {
			t.Errorf("unpackLooks(%q) = %v; want an error", bad, got)
		}
	}
}
