package linearizability

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
)

// A task's watermark keeps to the sources that count: not ahead of them, and at a checkpoint not behind. A source that was idle counts for a task again
// when that has a record from behind where the source was idle, that came with a watermark not behind the task's.
func TestWatermarksOfIdleSources(t *testing.T) {
	said := func(p int, at int64) Op { return Op{Kind: Mark, Task: p, Mark: at, Text: "source"} }
	idle := func(p int, pos int64) Op {
		return Op{Kind: Mark, Task: p, Mark: 5, Pos: pos, Text: "source", Idle: true}
	}
	came := func(at int64) Op { return Op{Kind: Mark, Mark: at, Text: "task/0"} }
	at := func(pos, at int64) Op { return Op{Kind: Mark, Task: 1, Mark: at, Pos: pos, Text: "source"} } // of the second
	read := func(id ID) Op { return Op{Kind: Apply, IDs: []ID{id}} }
	snap := Op{Kind: Snap, Ckpt: 1}
	second := ID(1 << 40) // the first record of the second partition
	for name, c := range map[string]struct {
		ops  []Op
		cut  *Cut
		want string // of the title; "": it passes
		mode Mode
	}{
		"one is idle":                  {[]Op{said(0, 10), idle(1, 3), came(10)}, nil, "", ExactlyOnce},
		"none is":                      {[]Op{said(0, 10), said(1, 5), came(10)}, nil, "ahead of source/1", ExactlyOnce},
		"it is back, and behind":       {[]Op{said(0, 10), idle(1, 3), came(10), said(0, 20), at(4, 9), read(second + 3), came(20)}, nil, "", ExactlyOnce},
		"it is back, and has come up":  {[]Op{said(0, 10), idle(1, 3), came(10), said(0, 20), at(4, 10), read(second + 3), came(20)}, nil, "ahead of source/1", ExactlyOnce},
		"it came up behind that":       {[]Op{said(0, 10), idle(1, 3), came(10), at(4, 9), at(5, 12), read(second + 3), read(second + 4), said(0, 20), came(13)}, nil, "ahead of source/1", ExactlyOnce},
		"it came up, but not there":    {[]Op{said(0, 10), idle(1, 3), came(10), at(4, 9), at(5, 12), read(second + 3), said(0, 20), came(13)}, nil, "", ExactlyOnce},
		"it was never behind":          {[]Op{said(0, 4), idle(1, 3), came(4), at(4, 5), read(second + 3), said(0, 20), came(20)}, nil, "ahead of source/1", ExactlyOnce},
		"it is back, but not there":    {[]Op{said(0, 10), idle(1, 3), came(10), said(0, 20), at(4, 15), read(second + 2), came(20)}, nil, "", ExactlyOnce},
		"it is idle again":             {[]Op{said(0, 10), idle(1, 3), came(10), said(0, 20), at(4, 15), read(second + 3), {Kind: Mark, Task: 1, Mark: 15, Pos: 4, Text: "source", Idle: true}, came(20)}, nil, "", ExactlyOnce},
		"before zero":                  {[]Op{said(0, -10), said(1, -20), came(-15)}, nil, "ahead of source/1", ExactlyOnce},
		"before zero, as it should be": {[]Op{said(0, -10), said(1, -20), came(-20)}, nil, "", ExactlyOnce},
		"back, and held by it":         {[]Op{said(0, 10), idle(1, 3), came(10), at(4, 7), read(second + 3), said(0, 20), snap}, &Cut{Marks: []int64{20, 7}}, "behind its sources", ExactlyOnce},
		"back, and not held by it":     {[]Op{said(0, 10), idle(1, 3), came(10), at(4, 7), read(second + 3), said(0, 20), came(20), snap}, &Cut{Marks: []int64{20, 7}}, "", ExactlyOnce},
		"all that are there are back":  {[]Op{said(0, 10), idle(1, 3), came(10), at(4, 7), read(second + 3), {Kind: Mark, Mark: 10, Pos: 8, Text: "source", Idle: true}, snap}, &Cut{Marks: []int64{10, 7}, Idle: []bool{true, false}}, "", ExactlyOnce},
		"all are, and the greater one": {[]Op{idle(0, 1), {Kind: Mark, Task: 1, Mark: 9, Pos: 3, Text: "source", Idle: true}, came(9)}, nil, "", ExactlyOnce},
		"a checkpoint":                 {[]Op{said(0, 10), said(1, 5), came(5), snap}, &Cut{Marks: []int64{10, 5}}, "", ExactlyOnce},
		"behind at a checkpoint":       {[]Op{said(0, 10), said(1, 5), came(4), snap}, &Cut{Marks: []int64{10, 5}}, "behind its sources", ExactlyOnce},
		"nothing at a checkpoint":      {[]Op{said(0, 10), said(1, 5), snap, came(5)}, &Cut{Marks: []int64{10, 5}}, "behind its sources", ExactlyOnce},
		"held back by an idle one":     {[]Op{said(0, 10), said(1, 5), came(5), idle(1, 3), snap}, &Cut{Marks: []int64{10, 5}, Idle: []bool{false, true}}, "behind its sources", ExactlyOnce},
		"idle, and not held back":      {[]Op{said(0, 10), idle(1, 3), came(10), snap}, &Cut{Marks: []int64{10, 5}, Idle: []bool{false, true}}, "", ExactlyOnce},
		"it was back by then":          {[]Op{said(0, 10), idle(1, 3), read(second + 3), came(5), snap}, &Cut{Marks: []int64{10, 5}, Idle: []bool{false, true}}, "", AtLeastOnce},
		"behind all, at least once":    {[]Op{said(0, 10), idle(1, 3), came(4), snap}, &Cut{Marks: []int64{10, 5}, Idle: []bool{false, true}}, "behind its sources", AtLeastOnce},
		"all idle, held back":          {[]Op{said(0, 10), idle(1, 3), came(9), snap}, &Cut{Marks: []int64{10, 5}, Idle: []bool{true, true}}, "behind its sources", ExactlyOnce},
	} {
		h := &History{Truth: &Truth{Keys: []string{"a"}, Group: []uint16{0}, Parts: []Part{{}, {}}}, Mode: c.mode, Parts: 2, Tasks: 1, Groups: 1,
			Attempts: []Attempt{{Epoch: 1, Start: 1}}}
		if c.cut != nil {
			c.cut.Ckpt, c.cut.Epoch, c.cut.Offsets = 1, 1, []int64{9, 9}
			h.Cuts = append(h.Cuts, *c.cut)
		}
		for i, op := range c.ops {
			op.Attempt, op.Client, op.Call, op.Return = 1, 1+op.Task, int64(2*i+2), int64(2*i+3)
			h.Ops = append(h.Ops, op)
		}
		v := *find(Check(context.Background(), h, Options{Workers: 1}), "watermarks")
		if c.want == "" && v.Result != Pass || c.want != "" && (v.Result != Fail || !strings.Contains(v.Story.Title, c.want)) {
			t.Errorf("%s: %s: %s %+v; want %q", name, v.Result, v.Reason, v.Story, c.want)
		}
	}
}

// markLate has a task come to less than its watermark before a checkpoint.
func markLate(h *History, rng *rand.Rand) bool {
	var all [][2]int
	for i := range h.Cuts {
		for k := range h.Ops {
			s := &h.Ops[k]
			if s.Kind != Snap || s.Ckpt != h.Cuts[i].Ckpt || s.Attempt != h.Cuts[i].Epoch || !known(s) {
				continue
			}
			last := -1
			for m := range h.Ops {
				if x := &h.Ops[m]; x.Kind == Mark && ofTask(x) && x.Task == s.Task && x.Attempt == s.Attempt && x.Call <= s.Return {
					last = m
				}
			}
			if last >= 0 && h.Ops[last].Mark == h.Cuts[i].Due() {
				all = append(all, [2]int{k, last})
			}
		}
	}
	if len(all) == 0 {
		return false
	}
	x := all[rng.IntN(len(all))]
	h.Ops[x[1]].Mark--
	return true
}
