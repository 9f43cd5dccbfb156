package linearizability

import (
	"math/rand/v2"
	"reflect"
	"slices"
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
	by := []string{"ttl"}
	saw, sawNone := func(l *Look) bool { return l.Saw >= 0 }, func(l *Look) bool { return l.Saw < 0 && l.Now > 0 }
	return []corruption{
		{"what had not expired is lost", by, Fail, onLook(saw, func(l *Look) { l.Saw = -1 })},
		{"another write is seen than the last", by, Fail, onLook(saw, func(l *Look) { l.Saw-- })},
		{"what was never written is seen", by, Fail, onLook(sawNone, func(l *Look) { l.Saw = l.Now - 1 })},
		{"what has expired is seen", by, Fail, onLook(saw, func(l *Look) { l.Now = l.Saw + toyLife })},
		{"no record came when its key had written", by, Undecided, func(h *History, _ *rand.Rand) bool {
			for i := range h.Output {
				h.Output[i].Looks = nil
			}
			return h.Mode == ExactlyOnce && len(h.Output) > 0
		}},
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
