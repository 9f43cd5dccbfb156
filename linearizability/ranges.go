package linearizability

import (
	"context"
	"fmt"
)

const nobody = -1

// judgeRanges is the check key-ranges (P14): in each attempt that applied anything, every key group has one owner, and every record was
// applied by the owner of its key's group.
func judgeRanges(_ context.Context, v *View, _ Options) Verdict {
	switch {
	case len(v.by[Apply]) == 0:
		return undecided(0, "nothing was applied")
	case len(v.by[Own]) == 0:
		return undecided(0, "no task said which key groups it owns")
	}
	owners := make([][]int32, len(v.lives))
	for i := range owners {
		owners[i] = make([]int32, v.Groups)
		for g := range owners[i] {
			owners[i][g] = nobody
		}
	}
	for _, i := range v.by[Own] {
		if bad, found := v.claim(&v.Ops[i], owners); found {
			bad.Ops = []int{int(i)}
			return bad
		}
	}
	complete := make([]bool, len(v.lives))
	var judged int64
	for _, i := range v.by[Apply] {
		op := &v.Ops[i]
		at := v.lifeAt(op.Attempt)
		if at < 0 || op.Outcome == Refused {
			continue
		}
		if !complete[at] {
			if bad, found := v.gap(op.Attempt, owners[at]); found {
				bad.Ops = []int{int(i)}
				return bad
			}
			complete[at] = true
		}
		judged += int64(len(op.IDs))
		if bad, found := v.astray(op, owners[at]); found {
			bad.Judged, bad.Ops = judged, []int{int(i)}
			return bad
		}
	}
	return pass(judged, "%d records, each applied by the one owner of its key group", judged)
}

func (v *View) lifeAt(epoch int64) int {
	for i := range v.lives {
		if v.lives[i].Epoch == epoch {
			return i
		}
	}
	return -1
}

// claim writes down what a task owns.
func (v *View) claim(op *Op, owners [][]int32) (Verdict, bool) {
	at := v.lifeAt(op.Attempt)
	if at < 0 {
		return Verdict{}, false
	}
	for g := op.Pos; g <= op.Ckpt; g++ {
		if g < 0 || g >= int64(v.Groups) {
			return fail(0, Story{
				Title: fmt.Sprintf("Task %d owns a key group that does not exist", op.Task),
				Say:   fmt.Sprintf("In attempt %d it said that it owns the groups %d to %d.", op.Attempt, op.Pos, op.Ckpt),
				Want:  fmt.Sprintf("groups of 0 to %d", v.Groups-1), Got: fmt.Sprint(g),
			}), true
		}
		if o := owners[at][g]; o != nobody && o != int32(op.Task) {
			return fail(0, Story{
				Title: fmt.Sprintf("Key group %d is in two tasks", g),
				Say:   fmt.Sprintf("In attempt %d both task %d and task %d own it, so a key may be counted in either.", op.Attempt, o, op.Task),
				Want:  "1 owner", Got: fmt.Sprintf("tasks %d and %d", o, op.Task),
			}), true
		}
		owners[at][g] = int32(op.Task)
	}
	return Verdict{}, false
}

func (v *View) gap(epoch int64, owners []int32) (Verdict, bool) {
	for g, o := range owners {
		if o == nobody {
			return fail(0, Story{
				Title: fmt.Sprintf("Key group %d belongs to no task", g),
				Say:   fmt.Sprintf("Attempt %d applied records, and no task of it owns this group.", epoch),
				Want:  "1 owner", Got: "none",
			}), true
		}
	}
	return Verdict{}, false
}

// astray finds a record that was applied by a task that does not own its key.
func (v *View) astray(op *Op, owners []int32) (Verdict, bool) {
	if v.Truth == nil {
		return Verdict{}, false
	}
	for _, id := range op.IDs {
		if _, ok := v.at(id); !ok {
			continue // exactly-once tells of it
		}
		key := v.Truth.Parts[id.Part()].Key[id.Offset()]
		if g := v.Truth.Group[key]; int(g) >= len(owners) || owners[g] != int32(op.Task) {
			return fail(0, Story{
				Title: fmt.Sprintf("Key %s was counted by a task that does not own it", v.name(key)),
				Say: fmt.Sprintf("In attempt %d task %d applied offset %d of source partition %d. The key is in group %d.",
					op.Attempt, op.Task, id.Offset(), id.Part(), g),
				Want: fmt.Sprintf("the owner of group %d", g), Got: fmt.Sprintf("task %d", op.Task),
			}), true
		}
	}
	return Verdict{}, false
}
