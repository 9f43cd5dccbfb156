package linearizability

import (
	"context"
	"fmt"
	"slices"
)

// counted is how often the output has a row of each record; more than 255 times count as 255.
func (v *View) counted() [][]uint8 {
	if v.tally != nil {
		return v.tally
	}
	v.tally = make([][]uint8, len(v.Truth.Parts))
	for p := range v.tally {
		v.tally[p] = make([]uint8, len(v.Truth.Parts[p].Key))
	}
	for i := range v.Output {
		for _, id := range v.Output[i].IDs {
			if p, off := id.Part(), id.Offset(); p < len(v.tally) && off < int64(len(v.tally[p])) && v.tally[p][off] < 255 {
				v.tally[p][off]++
			}
		}
	}
	return v.tally
}

// replayed is the least offset of each partition from which a recovery went on: at least once, what is at or behind it may come again.
func (v *View) replayed() []int64 {
	from := make([]int64, len(v.Truth.Parts))
	for p := range from {
		from[p] = 1 << 62
	}
	for i := range v.lives {
		if i == 0 || v.lives[i].Restored < 0 && v.lives[i].recovered < 0 {
			continue
		}
		at, ok := v.begins(&v.lives[i])
		for p := range from {
			if !ok {
				from[p] = 0
			} else {
				from[p] = min(from[p], at[p])
			}
		}
	}
	return from
}

// repeated finds a record of which the output has more rows than it may.
func (v *View) repeated() (Verdict, bool) {
	var from []int64
	if v.Mode == AtLeastOnce {
		from = v.replayed()
	}
	for p, counts := range v.counted() {
		for off, n := range counts {
			if n <= 1 || from != nil && int64(off) >= from[p] {
				continue
			}
			var names []string
			for i := range v.Output {
				for _, id := range v.Output[i].IDs {
					if id.Part() == p && id.Offset() == int64(off) {
						names = append(names, v.Output[i].Name)
					}
				}
			}
			return fail(0, Story{
				Title: fmt.Sprintf("The output has %d rows for one record", n),
				Say: fmt.Sprintf("Offset %d of source partition %d (key %s) stands in %s.", off, p, v.name(v.Truth.Parts[p].Key[off]),
					list(names)),
				Want: "1", Got: fmt.Sprint(n),
			}, v.publishing(names...)...), true
		}
	}
	return Verdict{}, false
}

// lost finds a record of which a complete output has no row. A job without output has none to lose.
func (v *View) lost() (Verdict, bool) {
	if len(v.Output) == 0 && len(v.by[Publish]) == 0 {
		return Verdict{}, false
	}
	missing, part, offset := 0, 0, 0
	for p, counts := range v.counted() {
		for off, n := range counts {
			if n == 0 {
				if missing == 0 {
					part, offset = p, off
				}
				missing++
			}
		}
	}
	if missing == 0 {
		return Verdict{}, false
	}
	return fail(0, Story{
		Title: fmt.Sprintf("The output has no row for %s", plural(missing, "record", "records")),
		Say: fmt.Sprintf("The first is offset %d of source partition %d (key %s). The run came to its end, and everything was published.",
			offset, part, v.name(v.Truth.Parts[part].Key[offset])),
		Want: "1 row each", Got: "none",
	}, v.lastOf(Publish, 0)...), true
}

// publishing are the operations that made transactions readable, or what is known of the last that did when none of them was recorded.
func (v *View) publishing(names ...string) (places []int) {
	for _, i := range v.by[Publish] {
		if slices.Contains(names, v.Ops[i].Text) {
			places = append(places, int(i))
		}
	}
	if len(places) == 0 {
		return v.lastOf(Publish, 0)
	}
	return places
}

// list joins names, some of them when they are many.
func list(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "nothing"
	case n == 1:
		return names[0]
	case n > 3:
		return fmt.Sprintf("%s, %s and %d more", names[0], names[1], n-2)
	case n == 3:
		return names[0] + ", " + names[1] + " and " + names[2]
	}
	return names[0] + " and " + names[1]
}

// judgeSink is the check sink-committed-once (P5).
func judgeSink(_ context.Context, v *View, _ Options) Verdict {
	switch {
	case v.Truth == nil:
		return undecided(0, "the input is not known")
	case len(v.Output) == 0 && len(v.by[Publish]) == 0 && v.completed() == 0:
		if v.Demands.Checkpoints > 0 {
			return undecided(0, "nothing was published")
		}
		return notApplicable("the job has no output")
	case len(v.Output) == 0 && len(v.by[Publish]) == 0:
		return notApplicable("the job has no output")
	}
	var rows int64
	for i := range v.Output {
		rows += int64(len(v.Output[i].IDs))
		if s, bad := v.wrongTxn(i); bad {
			return fail(rows, s, v.publishing(v.Output[i].Name)...)
		}
	}
	if bad, found := v.early(); found {
		bad.Judged = rows
		return bad
	}
	if bad, found := v.repeated(); found {
		bad.Judged = rows
		return bad
	}
	if v.End != "" || v.Final == nil {
		return undecided(rows, "the run did not come to its end, so its output need not be complete: %s", first(v.End, "no final state was recorded"))
	}
	if bad, found := v.lost(); found {
		bad.Judged = rows
		return bad
	}
	return pass(rows, "%d rows in %s, each of a committed checkpoint", rows, plural(len(v.Output), "transaction", "transactions"))
}

// wrongTxn finds what is wrong with one transaction, by itself and beside those before it.
func (v *View) wrongTxn(i int) (Story, bool) {
	t := &v.Output[i]
	if len(t.Wrong) > 0 {
		w := &t.Wrong[0]
		return Story{
			Title: fmt.Sprintf("%s of the output %s not what the input says", plural(len(t.Wrong), "row", "rows"), map[bool]string{true: "is", false: "are"}[len(t.Wrong) == 1]),
			Say:   fmt.Sprintf("Transaction %s of checkpoint %d, offset %d of source partition %d.", t.Name, t.Ckpt, w.ID.Offset(), w.ID.Part()),
			Want:  w.Want, Got: w.Got,
		}, true
	}
	for _, id := range t.IDs {
		if _, ok := v.at(id); !ok {
			return Story{
				Title: "The output has a row of a record that the input does not have",
				Say:   fmt.Sprintf("Transaction %s of checkpoint %d, offset %d of source partition %d.", t.Name, t.Ckpt, id.Offset(), id.Part()),
				Want:  "no such row", Got: "one",
			}, true
		}
	}
	if certain, _ := v.was(t.Ckpt); !certain && !v.covered(t) {
		return Story{
			Title: fmt.Sprintf("Output of checkpoint %d was published, and the checkpoint is not committed", t.Ckpt),
			Say:   fmt.Sprintf("Transaction %s of sink %d can be read. No commit of checkpoint %d is known to have succeeded.", t.Name, t.Sink, t.Ckpt),
			Want:  "nothing to read", Got: plural(len(t.IDs), "row", "rows"),
		}, true
	}
	for k := range v.Output[:i] {
		if o := &v.Output[k]; o.Sink == t.Sink && o.Ckpt == t.Ckpt && len(o.IDs) > 0 && len(t.IDs) > 0 && o.Name != t.Name {
			return Story{
				Title: fmt.Sprintf("Checkpoint %d was published twice", t.Ckpt),
				Say:   fmt.Sprintf("Sink %d has %s and %s, both of checkpoint %d.", t.Sink, o.Name, t.Name, t.Ckpt),
				Want:  "1 transaction", Got: "2",
			}, true
		}
	}
	return Story{}, false
}

// covered tells whether a later checkpoint of the same attempt, that is committed, holds the transaction of an aborted one.
func (v *View) covered(t *Txn) bool {
	for _, i := range v.by[Commit] {
		if op := &v.Ops[i]; op.Attempt == t.Epoch && op.Ckpt > t.Ckpt {
			if certain, _ := v.was(op.Ckpt); certain {
				return true
			}
		}
	}
	return false
}

// early finds a transaction that was published before its checkpoint's manifest was even put.
func (v *View) early() (Verdict, bool) {
	for _, i := range v.by[Publish] {
		op := &v.Ops[i]
		if op.Outcome != Known {
			continue
		}
		begun := int64(0)
		for _, c := range v.by[Commit] {
			if commit := &v.Ops[c]; commit.Ckpt >= op.Ckpt && commit.Outcome != Refused && (begun == 0 || commit.Call < begun) {
				begun = commit.Call
			}
		}
		if op.Return != 0 && (begun == 0 || op.Return < begun) {
			return fail(0, Story{
				Title: fmt.Sprintf("Output of checkpoint %d was published before the checkpoint was committed", op.Ckpt),
				Say:   fmt.Sprintf("Sink %d of attempt %d made the output readable. The manifest was not put before that.", op.Task, op.Attempt),
				Want:  "the commit first", Got: "the output first",
			}, int(i)), true
		}
	}
	return Verdict{}, false
}
