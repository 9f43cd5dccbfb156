package linearizability

import (
	"context"
	"fmt"
)

// judgeOnce is the check exactly-once (P1): each record counts once in what every attempt applied, in the state at the end, and in the
// output. At least once: nothing is lost, and only what was replayed is repeated.
func judgeOnce(_ context.Context, v *View, _ Options) Verdict {
	if v.Truth == nil {
		return undecided(0, "the input is not known")
	}
	var judged int64
	for i := range v.lives {
		n, bad, found := v.lineage(&v.lives[i])
		judged += n
		if found {
			bad.Judged = judged
			return bad
		}
	}
	if bad, found := v.repeated(); found {
		bad.Judged = judged
		return bad
	}
	if v.End != "" || v.Final == nil {
		return undecided(judged, "the run did not come to its end: %s", first(v.End, "no final state was recorded"))
	}
	if v.Mode == ExactlyOnce && (v.Final.Got != v.Final.Want || v.Final.Diff != "") {
		return fail(judged, v.Final.differs(Story{
			Title: "The state at the end is not that of the input",
			Say:   "After the last record was applied the whole state was compared with the fold of the input. " + v.Final.Diff,
		}), v.commits(v.Final)...)
	}
	if bad, found := v.lost(); found {
		bad.Judged = judged
		return bad
	}
	again := ""
	if v.Mode == AtLeastOnce {
		again = "at least "
	}
	return pass(judged, "%d records counted %sonce, in %s", v.inputs(), again, plural(len(v.lives), "attempt", "attempts"))
}

// begins are the offsets from which an attempt reads; ok is false when that cannot be known.
func (v *View) begins(l *life) (offsets []int64, ok bool) {
	offsets = make([]int64, len(v.Truth.Parts))
	said := 0
	for _, i := range v.by[Rewind] {
		if op := &v.Ops[i]; op.Attempt == l.Epoch && op.Task >= 0 && op.Task < len(offsets) && op.Outcome == Known {
			offsets[op.Task] = op.Pos
			said++
		}
	}
	if said > 0 || l.Restored <= 0 {
		return offsets, true
	}
	if c := v.cut(l.Restored, l.Epoch-1); c != nil && len(c.Offsets) == len(offsets) {
		return c.Offsets, true
	}
	return nil, false
}

// lineage follows the records of one attempt: from where it was rewound, the records of a key and partition must come one by one, and in
// an attempt that saw the end, all of them.
func (v *View) lineage(l *life) (n int64, bad Verdict, found bool) {
	at, ok := v.begins(l)
	if !ok || v.Sampled < 1 {
		return 0, Verdict{}, false
	}
	stride := len(v.Truth.Parts)
	last := make([]int32, len(v.Truth.Keys)*stride)
	left := int64(0)
	for p := range v.Truth.Parts {
		part := &v.Truth.Parts[p]
		from := min(max(at[p], 0), int64(len(part.Key)))
		for off := range from {
			last[int(part.Key[off])*stride+p] = part.N[off]
		}
		left += int64(len(part.Key)) - from
	}
	for _, i := range v.by[Apply] {
		op := &v.Ops[i]
		if op.Attempt != l.Epoch || op.Outcome != Known {
			continue
		}
		for _, id := range op.IDs {
			n++
			slot, ok := v.at(id)
			if !ok {
				return n, fail(0, v.stranger(op, id), int(i)), true
			}
			num := v.Truth.Parts[id.Part()].N[id.Offset()]
			if num != last[slot]+1 {
				return n, fail(0, v.misstep(op, id, last[slot]), int(i)), true
			}
			last[slot] = num
		}
	}
	if l.Fence == 0 && v.End == "" && v.Final != nil && n < left {
		return n, fail(0, v.unread(l, last, left-n), v.lastOf(Apply, l.Epoch)...), true
	}
	return n, Verdict{}, false
}

func (v *View) stranger(op *Op, id ID) Story {
	return Story{
		Title: "A record was applied that the input does not have",
		Say:   fmt.Sprintf("Task %d applied offset %d of source partition %d in attempt %d.", op.Task, id.Offset(), id.Part(), op.Attempt),
		Want:  "a record of the input", Got: fmt.Sprintf("offset %d", id.Offset()),
	}
}

// misstep tells of a record that does not follow the one before it.
func (v *View) misstep(op *Op, id ID, last int32) Story {
	part := &v.Truth.Parts[id.Part()]
	num, key := part.N[id.Offset()], v.name(part.Key[id.Offset()])
	s := Story{
		Title: fmt.Sprintf("Key %s lost %s", key, plural(int(num-last-1), "record", "records")),
		Want:  fmt.Sprintf("record %d", last+1), Got: fmt.Sprintf("record %d", num),
		Say: fmt.Sprintf("In attempt %d task %d applied record %d of key %s (source partition %d, offset %d). The last one it had of this key was record %d.",
			op.Attempt, op.Task, num, key, id.Part(), id.Offset(), last),
	}
	if num <= last {
		s.Title = fmt.Sprintf("Key %s counted a record twice", key)
	}
	return s
}

// unread tells of a record that an attempt never applied though it saw the end.
func (v *View) unread(l *life, last []int32, missing int64) Story {
	stride := len(v.Truth.Parts)
	s := Story{Title: fmt.Sprintf("%s never applied", plural(int(missing), "record was", "records were")), Want: "all", Got: fmt.Sprintf("%d fewer", missing)}
	for p := range v.Truth.Parts {
		part := &v.Truth.Parts[p]
		for off, key := range part.Key {
			if n := last[int(key)*stride+p]; part.N[off] == n+1 {
				s.Say = fmt.Sprintf("Attempt %d saw the end of the input. Of key %s in source partition %d it applied %d records; the next, at offset %d, is missing.",
					l.Epoch, v.name(key), p, n, off)
				return s
			}
		}
	}
	return s
}

func (v *View) inputs() (n int64) {
	for p := range v.Truth.Parts {
		n += int64(len(v.Truth.Parts[p].Key))
	}
	return n
}
