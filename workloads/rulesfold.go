package workloads

import (
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
)

// rulesFold is where each key's chain is, which rule of each partition is the last, and which rows the least watermark has not passed.
type rulesFold struct {
	job  *rulesJob
	in   *Input
	keys int // those that are not of rules
	cutAt
	heads []Chain
	waits []waits
	entry backends.Entry
}

func newRulesFold(j *rulesJob, in *Input, keys int) *rulesFold {
	return &rulesFold{job: j, in: in, keys: keys, cutAt: newCutAt(in), heads: make([]Chain, len(in.Keys))}
}

func (f *rulesFold) To(offsets, marks []int64) {
	if f.behind(offsets, marks) {
		*f = *newRulesFold(f.job, f.in, f.keys)
	}
	low := f.forward(offsets, marks, func(p int, off int64) {
		x := &f.in.Parts[p]
		k, c := x.Key[off], Chain{uint64(x.N[off]), x.H[off]}
		f.heads[k] = c
		f.waits = append(f.waits, waits{uint64(k), f.job.times.at(p, off), Row{engine.MakeID(p, off), c}})
	})
	f.waits = slices.DeleteFunc(f.waits, func(w waits) bool { return w.at <= low })
}

func (f *rulesFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	put := func(name string, group int, key, value []byte) {
		e.State, e.Group, e.Key, e.Value = name, group, key, value
		yield(e)
	}
	for k, c := range f.heads {
		switch {
		case c.N == 0:
		case k < f.keys:
			put(seenState, int(f.in.Group[k]), numbers(e.Key[:0], int64(k)), chains{}.Append(e.Value[:0], c))
		default:
			p := int64(k - f.keys)
			put(rulesState, state.Broadcast.Group(), numbers(e.Key[:0], p), numbers(e.Value[:0], int64(c.N)))
			put(heardState, state.Union.Group(), numbers(e.Key[:0], p, int64(c.N), int64(c.H)), e.Value[:0])
		}
	}
	for _, w := range f.waits {
		put(waitingState, state.Split.Group(), waitsCodec{}.Append(e.Key[:0], w), e.Value[:0])
	}
}
