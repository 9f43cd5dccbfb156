package linearizability

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// Expires is how state expires of which the rows of a job tell: each key's own, written by its records. All records of a key are of one source
// partition. A record that saw nothing writes. What a record reads when it is over is deleted thereby.
type Expires struct {
	LifeUs    int64 // what was written is over so many microseconds later, at that very one
	Renewed   bool  // a record that saw something writes, too
	ByReading bool  // a life begins anew when it is read, too
	Shown     bool  // what is over may be seen, by whoever deletes it; or it went before
	// List: what is written is added to what there was, and has a life of its own. The record at an even offset tells of the first write that it
	// saw, one at an odd offset of the last. Else a write takes the place of the one before.
	List bool
	// Slots: a key has so many states, 0: one. The record at offset n writes number n % Slots and tells of it; and it reads all others, too, when
	// n / Slots is even.
	Slots int
}

// A Look is what a record saw of such state.
type Look struct {
	ID  ID
	Now int64 // processing time
	Saw int64 // the time of the last write, -1: it saw nothing
}

// judgeTTL is the check ttl (P12): what has expired is never seen, and what has not is never lost, across recoveries.
func judgeTTL(_ context.Context, v *View, _ Options) Verdict {
	switch {
	case v.Truth == nil:
		return undecided(0, "the input is not known")
	case v.Truth.Expires == nil:
		return notApplicable("the job has no state that expires")
	case v.Mode == AtLeastOnce:
		return notApplicable("at least once, a record may look twice")
	}
	var n lookCount
	looks, by := v.looks()
	for p := range looks {
		if s, bad := v.judgeLooks(p, looks[p], by[p], &n); bad {
			return fail(n.judged, s, v.lastOf(Publish, 0)...)
		}
	}
	switch {
	case v.End != "" || v.Final == nil:
		return undecided(n.judged, "the run did not come to its end: %s", first(v.End, "no final state was recorded"))
	case n.saw == 0 && n.over == 0:
		return undecided(n.judged, "not exercised: no record came when its key had written before")
	case n.across == 0 && v.Demands.Outlived:
		return undecided(n.judged, "not exercised: behind a recovery no record came while what its key had written before it was alive; with a longer life one would")
	}
	shown := ""
	if v.Truth.Expires.Shown {
		shown = fmt.Sprintf("; %d were shown what had, as they may be", n.shown)
	}
	return pass(n.judged, "%s: %d saw what was written before, %d of them behind a recovery what was written before that, and for %d it had expired%s; none otherwise",
		plural(int(n.judged), "record looked", "records looked"), n.saw, n.across, n.over, shown)
}

// A lookCount is how many records looked, and of how many something was alive, nothing was that had been, and what was not was seen; and how many
// had to see what an attempt before their own wrote.
type lookCount struct{ judged, saw, over, shown, across int64 }

// judgeLooks holds what the records of a partition saw against what they wrote. by is the attempt of each.
func (v *View) judgeLooks(p int, looks []Look, by []int64, n *lookCount) (Story, bool) {
	x, keys := v.Truth.Expires, v.Truth.Parts[p].Key
	slots := max(1, x.Slots)
	held, lost := make([][]written, len(v.Truth.Keys)*slots), make([]bool, len(v.Truth.Keys))
	for off := range looks {
		l, key := &looks[off], keys[off]
		if lost[key] = lost[key] || l.Now < 0; lost[key] { // what it wrote is not known from here on
			continue
		}
		n.judged++
		all := held[int(key)*slots : (int(key)+1)*slots]
		over, alive := x.split(all[off%slots], l.Now)
		if s, bad := v.wrongLook(l, key, over, alive); bad {
			return s, true
		}
		switch {
		case len(alive) > 0:
			n.saw++
			if x.seen(int64(off), alive).by < by[off] {
				n.across++
			}
		case len(over) > 0:
			n.over++
		}
		if wrote(over, l.Saw) {
			n.shown++
		}
		x.after(all, l, by[off])
	}
	return Story{}, false
}

// looks are what records saw, by partition and offset, and the attempt that says so; Now is -1 where the output does not say.
func (v *View) looks() (all [][]Look, by [][]int64) {
	all, by = make([][]Look, len(v.Truth.Parts)), make([][]int64, len(v.Truth.Parts))
	for p := range all {
		all[p], by[p] = make([]Look, len(v.Truth.Parts[p].Key)), make([]int64, len(v.Truth.Parts[p].Key))
		for off := range all[p] {
			all[p][off].Now = -1
		}
	}
	for i := range v.Output {
		for _, l := range v.Output[i].Looks {
			if p, off := l.ID.Part(), l.ID.Offset(); p < len(all) && off < int64(len(all[p])) && all[p][off].Now < 0 {
				all[p][off], by[p][off] = l, v.Output[i].Epoch
			}
		}
	}
	return all, by
}

// A written is a write that is not known to be gone: when it was, when its life began last, and the attempt that wrote it.
type written struct{ wrote, began, by int64 }

// wrote tells whether one of the writes was at a time.
func wrote(some []written, at int64) bool {
	return slices.ContainsFunc(some, func(x written) bool { return x.wrote == at })
}

// split parts the writes of a state, oldest first, into those that are over and those that live.
func (x *Expires) split(all []written, now int64) (over, alive []written) {
	n := 0
	for n < len(all) && all[n].began+x.LifeUs <= now {
		n++
	}
	return all[:n], all[n:]
}

// sees is what the record at an offset must see, -1: nothing, and whether it may see one of those that are over instead.
func (x *Expires) sees(off int64, alive []written) (want int64, shown bool) {
	if len(alive) == 0 {
		return -1, x.Shown
	}
	return x.seen(off, alive).wrote, x.List && off%2 == 0 && x.Shown
}

// seen is the one of some writes that the record at an offset tells of.
func (x *Expires) seen(off int64, alive []written) *written {
	if x.List && off%2 == 0 {
		return &alive[0]
	}
	return &alive[len(alive)-1]
}

// after makes the states of a key what they are when a record has looked and written, in an attempt.
func (x *Expires) after(all [][]written, l *Look, by int64) {
	n := len(all)
	own := int(l.ID.Offset()) % n
	for i := range all {
		if i != own && int(l.ID.Offset())/n%2 == 1 {
			continue
		}
		_, alive := x.split(all[i], l.Now)
		for j := range alive {
			if x.ByReading {
				alive[j].began = l.Now
			}
		}
		all[i] = append(all[i][:0], alive...)
	}
	if l.Saw >= 0 && !x.Renewed {
		return
	}
	if !x.List {
		all[own] = all[own][:0]
	}
	all[own] = append(all[own], written{l.Now, l.Now, by})
}

// wrongLook holds a look against the writes of its state.
func (v *View) wrongLook(l *Look, key int32, over, alive []written) (Story, bool) {
	x := v.Truth.Expires
	want, shown := x.sees(l.ID.Offset(), alive)
	if l.Saw == want || shown && wrote(over, l.Saw) {
		return Story{}, false
	}
	from := ""
	if x.ByReading {
		from = " from when it was read last"
	}
	s := Story{Say: fmt.Sprintf("The record at offset %d of source partition %d (key %s) looked at %d µs. What it looks for lives for %d µs%s.",
		l.ID.Offset(), l.ID.Part(), v.name(key), l.Now, x.LifeUs, from), Got: sawAt(l.Saw), Want: sawAt(want)}
	switch {
	case wrote(over, l.Saw):
		s.Title = fmt.Sprintf("Key %s saw what had expired", v.name(key))
	case want < 0:
		s.Title = fmt.Sprintf("Key %s saw what was never written, or was gone", v.name(key))
	case l.Saw < 0:
		s.Title = fmt.Sprintf("Key %s lost what had not expired", v.name(key))
	default:
		s.Title = fmt.Sprintf("Key %s saw another write than the one that it should", v.name(key))
	}
	return s, true
}

func sawAt(at int64) string {
	if at < 0 {
		return "nothing"
	}
	return fmt.Sprintf("what was written at %d µs", at)
}

// packLooks packs looks as packIDs does IDs: of each the distance of its ID and of its time from those before, and how long ago it saw a write,
// plus 1; 0 when it saw none.
func packLooks(looks []Look) string {
	var b []byte
	before := Look{}
	for _, l := range looks {
		b = binary.AppendVarint(binary.AppendVarint(b, int64(l.ID-before.ID)), l.Now-before.Now)
		ago := l.Now - l.Saw + 1
		if l.Saw < 0 {
			ago = 0
		}
		b, before = binary.AppendVarint(b, ago), l
	}
	return base64.RawStdEncoding.EncodeToString(b)
}

var errLooks = errors.New("a list of looks is damaged")

func unpackLooks(s string) (looks []Look, err error) {
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return nil, errLooks
	}
	before := Look{}
	for len(b) > 0 {
		var n [3]int64
		for i := range n {
			x, w := binary.Varint(b)
			if w <= 0 {
				return nil, errLooks
			}
			n[i], b = x, b[w:]
		}
		l := Look{before.ID + ID(n[0]), before.Now + n[1], -1}
		if n[2] > 0 {
			l.Saw = l.Now - n[2] + 1
		}
		looks, before = append(looks, l), l
	}
	return looks, nil
}
