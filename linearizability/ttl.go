package linearizability

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
)

// Expires is how state expires of which the rows of a job tell: each key's own, written by its records. All records of a key are of one source
// partition.
type Expires struct {
	LifeUs  int64 // what was written is over so many microseconds later, at that very one
	Renewed bool  // a record that saw something writes, too; else only one that saw nothing does
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
	looks := v.looks()
	var judged, saw, over int64
	for p := range looks {
		last := make([]int64, len(v.Truth.Keys)) // when a key wrote: its time + 1; 0: never, -1: not known from here on
		for off := range looks[p] {
			l, key := &looks[p][off], v.Truth.Parts[p].Key[off]
			if last[key] < 0 {
				continue
			}
			if l.Now < 0 {
				last[key] = -1
				continue
			}
			judged++
			wrote := last[key] - 1
			alive := wrote >= 0 && l.Now < wrote+v.Truth.Expires.LifeUs
			if s, bad := v.wrongLook(l, key, wrote, alive); bad {
				return fail(judged, s, v.lastOf(Publish, 0)...)
			}
			if alive {
				saw++
			} else if wrote >= 0 {
				over++
			}
			if !alive || v.Truth.Expires.Renewed {
				last[key] = l.Now + 1
			}
		}
	}
	switch {
	case v.End != "" || v.Final == nil:
		return undecided(judged, "the run did not come to its end: %s", first(v.End, "no final state was recorded"))
	case saw == 0 && over == 0:
		return undecided(judged, "not exercised: no record came when its key had written before")
	}
	return pass(judged, "%s: %d saw what was written before, and for %d it had expired; none otherwise", plural(int(judged), "record looked", "records looked"), saw, over)
}

// looks are what records saw, by partition and offset; Now is -1 where the output does not say.
func (v *View) looks() [][]Look {
	all := make([][]Look, len(v.Truth.Parts))
	for p := range all {
		all[p] = make([]Look, len(v.Truth.Parts[p].Key))
		for off := range all[p] {
			all[p][off].Now = -1
		}
	}
	for i := range v.Output {
		for _, l := range v.Output[i].Looks {
			if p, off := l.ID.Part(), l.ID.Offset(); p < len(all) && off < int64(len(all[p])) && all[p][off].Now < 0 {
				all[p][off] = l
			}
		}
	}
	return all
}

// wrongLook holds a look against the last write of its key, -1: none.
func (v *View) wrongLook(l *Look, key int32, wrote int64, alive bool) (Story, bool) {
	if !alive && l.Saw < 0 || alive && l.Saw == wrote {
		return Story{}, false
	}
	life := v.Truth.Expires.LifeUs
	s := Story{Say: fmt.Sprintf("The record at offset %d of source partition %d (key %s) looked at %d µs. What the key wrote at %d µs lives for %d µs.",
		l.ID.Offset(), l.ID.Part(), v.name(key), l.Now, wrote, life), Got: sawAt(l.Saw)}
	switch {
	case alive:
		s.Title, s.Want = fmt.Sprintf("Key %s lost what had not expired", v.name(key)), sawAt(wrote)
		if l.Saw >= 0 {
			s.Title = fmt.Sprintf("Key %s saw an older write than its last", v.name(key))
		}
	case wrote < 0:
		s.Title, s.Want = fmt.Sprintf("Key %s saw what was never written", v.name(key)), "nothing"
		s.Say = fmt.Sprintf("The record at offset %d of source partition %d (key %s) is the first of its key.", l.ID.Offset(), l.ID.Part(), v.name(key))
	default:
		s.Title, s.Want = fmt.Sprintf("Key %s saw what had expired", v.name(key)), "nothing"
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
