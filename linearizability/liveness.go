package linearizability

import (
	"context"
	"fmt"
)

// judgeLiveness is the check liveness (P9). A run that ended as it should has read all its input and completed what was demanded; one that
// is cut off must at least have completed a checkpoint after the last fault.
func judgeLiveness(_ context.Context, v *View, _ Options) Verdict {
	done := v.completed()
	judged := int64(done)
	if v.End != "" && v.Felled {
		return undecided(judged, "the plan's own faults ended it: %s", v.End)
	}
	if v.End != "" {
		return fail(judged, Story{
			Title: "The run did not come to its end",
			Say:   fmt.Sprintf("It ended with: %s. By then it had completed %s.", v.End, plural(done, "checkpoint", "checkpoints")),
			Want:  "the end of the input", Got: v.End,
		}, v.lastOf(Commit, 0)...)
	}
	if v.Final != nil {
		read := int64(0)
		for _, off := range v.Final.Offsets {
			read += off
		}
		want := v.Demands.Records
		if v.Truth != nil {
			want = max(want, v.inputs())
		}
		if read < want {
			return fail(judged, Story{
				Title: "The run ended before its input did",
				Say:   fmt.Sprintf("Its sources stood at the offsets %v.", v.Final.Offsets),
				Want:  fmt.Sprintf("%d records", want), Got: fmt.Sprintf("%d", read),
			}, v.commits(v.Final)...)
		}
	}
	if done < v.Demands.Checkpoints {
		return fail(judged, Story{
			Title: "Too few checkpoints were completed",
			Say:   "The run ended, and checkpoints did not keep up with what the plan demands.",
			Want:  fmt.Sprintf("at least %d", v.Demands.Checkpoints), Got: fmt.Sprint(done),
		}, v.lastOf(Commit, 0)...)
	}
	if s := v.lastStrike(); s != nil && v.Final == nil && !v.committedAfter(s.Call) {
		return fail(judged, Story{
			Title: "No checkpoint was completed after the last fault",
			Say:   fmt.Sprintf("The last fault to strike was: %s. Nothing was completed after it, and the run saw no end.", s.Text),
			Want:  "at least 1", Got: "0",
		}, v.lastOf(Commit, 0)...)
	}
	if v.Final == nil {
		return pass(judged, "%s, one of them after the last fault", plural(done, "checkpoint completed", "checkpoints completed"))
	}
	return pass(judged, "the input was read to its end, %s", plural(done, "checkpoint completed", "checkpoints completed"))
}

func (v *View) lastStrike() *Strike {
	var last *Strike
	for i := range v.Strikes {
		if s := &v.Strikes[i]; s.Struck > 0 && (last == nil || s.Call > last.Call) {
			last = s
		}
	}
	return last
}

func (v *View) committedAfter(ticket int64) bool {
	for _, i := range v.by[Commit] {
		if op := &v.Ops[i]; known(op) && op.Return > ticket {
			return true
		}
	}
	return false
}

// judgeFaults is the check faults-struck.
func judgeFaults(_ context.Context, v *View, _ Options) Verdict {
	demanded, struck := v.Demands.Faults, 0
	for i := range v.Strikes {
		if v.Strikes[i].Must && demanded == 0 {
			demanded = 1
		}
		if v.Strikes[i].Struck > 0 {
			struck++
		}
	}
	if demanded == 0 {
		return notApplicable("the plan demands no fault")
	}
	if missing := v.unstruck(); missing != "" {
		return undecided(int64(struck), "not exercised: %s", missing)
	}
	return pass(int64(struck), "%s", plural(struck, "fault struck", "faults struck"))
}
