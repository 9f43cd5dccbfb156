package weir

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
	"github.com/weirbench/weir/workloads"
)

// A subject is a job with what judging needs of it, made once and shared by all runs of the same input.
type subject struct {
	job   *workloads.Job
	truth *linearizability.Truth
	keys  map[string]int32 // key number, by name; nil: keys are called by their numbers
	parts []int64          // records, by source partition

	once    sync.Once
	windows *linearizability.Windows // of the whole input
}

func newSubject(job *workloads.Job) *subject {
	in := job.Input
	s := &subject{job: job, keys: numbers(in.Keys), truth: &linearizability.Truth{Keys: in.Keys, Group: in.Group,
		Expires: (*linearizability.Expires)(job.Expires)}}
	for _, p := range in.Parts {
		s.truth.Parts = append(s.truth.Parts, linearizability.Part{Key: p.Key, N: p.N, H: p.H})
		s.parts = append(s.parts, int64(len(p.Key)))
	}
	return s
}

// numbers maps the names of keys to their numbers. It is nil when the names are the numbers: a map of ten million takes half a gigabyte.
func numbers(keys []string) map[string]int32 {
	named := false
	for i := 0; i < len(keys) && !named; i++ {
		named = keys[i] != strconv.Itoa(i)
	}
	if !named {
		return nil
	}
	no := make(map[string]int32, len(keys))
	for i, k := range keys {
		no[k] = int32(i)
	}
	return no
}

func (s *subject) keyNo(encoded []byte) int32 {
	name := s.job.KeyName(encoded)
	if s.keys == nil {
		if no, err := strconv.ParseInt(name, 10, 32); err == nil && no >= 0 && int(no) < len(s.truth.Keys) && s.truth.Keys[no] == name {
			return int32(no)
		}
		return -1
	}
	if no, ok := s.keys[name]; ok {
		return no
	}
	return -1
}

// mark is the watermark that a source must have at an offset.
func (s *subject) mark(part int, offset int64) int64 {
	marks := s.job.Input.Parts[part].Mark
	if offset == 0 || len(marks) == 0 {
		return engine.NoMark
	}
	if offset > int64(len(marks)) {
		return -1
	}
	return marks[offset-1]
}

// complete adds to the history what only storage knows: every completed checkpoint beside the fold of the input, and the output that
// readers see. early: the run may have ended before its input did.
func (r *recorder) complete(s *subject, blobs backends.Blobs, early bool) error {
	fold := s.job.Fold()
	for i := range r.entries {
		cut, final := r.cutOf(s, fold, &r.entries[i], blobs)
		r.h.Cuts = append(r.h.Cuts, cut)
		if final {
			last := cut
			r.h.Final = &last
		}
	}
	r.blame()
	s.end(r.h, early)
	return r.output(s, blobs)
}

// blame says of each attempt that ended which fault ended it: the last that first struck while it lived.
func (r *recorder) blame() {
	for i := range r.h.Attempts {
		a, last := &r.h.Attempts[i], int64(0)
		for _, s := range r.h.Strikes {
			spec, err := faults.ParseSpec(s.Text)
			if err == nil && s.Struck > 0 && spec.Do != "delay" && s.Call > max(last, a.Start-1) && s.Call <= a.Fence {
				last, a.Why = s.Call, said(spec)
			}
		}
	}
}

// said tells a fault in words: "task/0 was killed at checkpoint.uploaded of checkpoint 3", "every machine was killed at phase 2, fault".
func said(s faults.Spec) string {
	text := map[string]string{"kill": "%s was killed", "zombie": "%s was declared dead, and lived on,", "fail": "%s failed"}[s.Do]
	if text == "" {
		text = "%s was struck by " + s.Do
	}
	who := s.Target
	switch {
	case who == "all":
		who = "every machine"
	case who != "":
	case s.Do == "fail":
		who = "an operation on storage"
	default:
		who = "a machine"
	}
	text = fmt.Sprintf(text, who)
	switch {
	case s.At == engine.AtInputPhase:
		return fmt.Sprintf("%s at phase %d, fault", text, s.Checkpoint+1)
	case s.At != engine.NoPoint && s.Checkpoint > 0:
		return fmt.Sprintf("%s at %s of checkpoint %d", text, s.At, s.Checkpoint)
	case s.At != engine.NoPoint:
		return fmt.Sprintf("%s at %s", text, s.At)
	case s.After > 0:
		return fmt.Sprintf("%s after %d records", text, s.After)
	}
	return text
}

// end gives a history the input that it read: all of it, or, of a run that may end early, up to where its sources did.
func (s *subject) end(h *linearizability.History, early bool) {
	if !early || h.Final == nil || len(h.Final.Offsets) != len(s.truth.Parts) {
		h.Truth = s.whole()
		return
	}
	at := clamp(h.Final.Offsets, s.parts)
	cut := &linearizability.Truth{Keys: s.truth.Keys, Group: s.truth.Group, Windows: s.windowsOf(at), Expires: s.truth.Expires}
	h.Demands.Records = 0
	for i, p := range s.truth.Parts {
		n := at[i]
		h.Demands.Records += n
		p.Key, p.N, p.H = p.Key[:n], p.N[:min(n, int64(len(p.N)))], p.H[:min(n, int64(len(p.H)))]
		cut.Parts = append(cut.Parts, p)
	}
	h.Truth = cut
}

// whole is the input with what windows must tell of it, which is worked out once.
func (s *subject) whole() *linearizability.Truth {
	s.once.Do(func() { s.windows = s.windowsOf(s.parts) })
	t := *s.truth
	t.Windows = s.windows
	return &t
}

// windowsOf is what windows must tell when the input ends at offsets, nil in a job without windows.
func (s *subject) windowsOf(offsets []int64) *linearizability.Windows {
	if s.job.Windows == nil {
		return nil
	}
	panes, late := s.job.Windows(offsets)
	w := &linearizability.Windows{AnyOrder: s.job.AnyOrder}
	for _, p := range panes {
		w.Panes = append(w.Panes, linearizability.Pane(p))
	}
	for _, id := range late {
		w.Late = append(w.Late, linearizability.ID(id))
	}
	return w
}

// told reads what else a transaction tells than its rows.
func (s *subject) told(rows []byte, t *linearizability.Txn) error {
	if s.job.Looks != nil {
		return s.job.Looks(rows, func(l workloads.Look) {
			t.Looks = append(t.Looks, linearizability.Look{ID: linearizability.ID(l.ID), Now: l.Now, Saw: l.Saw})
		})
	}
	if s.job.Windows == nil {
		return nil
	}
	return errors.Join(s.job.Panes(rows, func(p workloads.Pane) { t.Panes = append(t.Panes, linearizability.Pane(p)) }),
		s.job.Late(rows, func(id engine.ID) { t.Late = append(t.Late, linearizability.ID(id)) }))
}

// cutOf holds one checkpoint against the fold up to its own offsets.
func (r *recorder) cutOf(s *subject, fold workloads.Fold, c *committed, blobs backends.Blobs) (cut linearizability.Cut, final bool) {
	e := &c.entry
	cut = linearizability.Cut{Ckpt: e.Ckpt, Epoch: c.epoch}
	cut.Bytes, cut.Entries = weigh(e)
	exact := r.h.Mode == linearizability.ExactlyOnce
	got, apart, missing := together(e, r.h.Parts, r.h.Tasks)
	cut.Got = linearizability.Digest(got)
	at, marks, wrong := offsets(e, r.h.Parts, s.mark)
	wrong = cmp.Or(difference{where: missing}, wrong)
	wrong.tell(&cut)
	if missing != "" || at == nil { // no state explains that
		cut.Want[0] = ^cut.Got[0]
		return cut, false
	}
	cut.Offsets, cut.Marks, cut.Idle = at, marks, idle(e, r.h.Parts)
	var want engine.Digest
	fold.To(clamp(at, s.parts), r.passed(&cut))
	fold.Each(func(x *backends.Entry) { want.Add(x) })
	cut.Want = linearizability.Digest(want)
	switch {
	case !exact:
	case apart != "":
		cmp.Or(wrong, difference{where: apart}).tell(&cut)
		cut.Want[0] = ^cut.Got[0]
	case want != got:
		cmp.Or(wrong, explain(s, fold, e, r.h, blobs)).tell(&cut)
	}
	return cut, e.Final
}

// passed are the watermarks of a cut as its tasks know them. An idle source holds none back; and what a watermark has passed while one was idle
// stays so, though behind a recovery from there the source counts again until it finds out that it is idle.
func (r *recorder) passed(cut *linearizability.Cut) []int64 {
	low := int64(engine.NoMark)
	if l := r.lives[cut.Epoch]; l != nil {
		low = r.restedAt(l.restored)
	}
	if n := len(r.h.Cuts); n > 0 && r.h.Cuts[n-1].Epoch == cut.Epoch {
		low = max(low, r.restedAt(r.h.Cuts[n-1].Ckpt))
	}
	if cut.Idle != nil {
		low = max(low, cut.Due())
	}
	if low == engine.NoMark {
		return cut.Marks
	}
	r.rested[cut.Ckpt] = low
	marks := slices.Clone(cut.Marks)
	for p := range marks {
		marks[p] = max(marks[p], low)
	}
	return marks
}

// restedAt is the greatest watermark that the tasks of a checkpoint came to while a source was idle, engine.NoMark: none was.
func (r *recorder) restedAt(ckpt int64) int64 {
	if low, ok := r.rested[ckpt]; ok {
		return low
	}
	return engine.NoMark
}

// idle are the sources that were, nil when none was.
func idle(e *engine.Entry, parts int) []bool {
	all := make([]bool, parts)
	for p := range all {
		all[p] = engine.SourceIdle(e.Parts[p])
	}
	if !slices.Contains(all, true) {
		return nil
	}
	return all
}

// together is the digest of what all tasks hold in a manifest. A broadcast map counts once, however many copies of it there are: apart says which
// differ, and missing which part there is not.
func together(e *engine.Entry, parts, tasks int) (got engine.Digest, apart, missing string) {
	var first engine.Digest
	for i := range tasks {
		p, err := engine.ParseStatePart(e.Parts[parts+i])
		if err != nil {
			return got, "", fmt.Sprintf("The part of task/%d is missing", i)
		}
		got.Merge(p.Digest)
		switch {
		case i == 0:
			first = p.Copy
			got.Merge(first)
		case p.Copy != first && apart == "":
			apart = fmt.Sprintf("task/%d and task/0 hold different copies of a broadcast map", i)
		}
	}
	return got, apart, ""
}

// clamp keeps offsets that are beyond the log, as only a bug makes them, within it.
func clamp(at, parts []int64) []int64 {
	in := make([]int64, len(at))
	for i := range at {
		in[i] = min(at[i], parts[i])
	}
	return in
}

// output reads what the sinks published.
func (r *recorder) output(s *subject, blobs backends.Blobs) error {
	names, err := blobs.List("out/")
	if err != nil {
		return fmt.Errorf("read the output: %w", err)
	}
	for _, name := range names {
		t := linearizability.Txn{Name: name}
		if _, err := fmt.Sscanf(name, "out/%d/%d-%d", &t.Sink, &t.Ckpt, &t.Epoch); err != nil {
			return fmt.Errorf("read the output: %s: not a transaction's name", name)
		}
		rows, err := unsealed(blobs, name)
		if err == nil {
			rows, err = unsealed(blobs, string(rows))
		}
		if err == nil {
			err = s.job.Rows(rows, func(id engine.ID, key string, n int64, h uint64) { r.row(s, &t, id, key, n, h) })
		}
		if err == nil {
			err = s.told(rows, &t)
		}
		if err != nil {
			t.Wrong = append(t.Wrong, linearizability.WrongRow{Want: "a transaction", Got: err.Error()})
		}
		r.h.Output = append(r.h.Output, t)
	}
	return nil
}

func unsealed(blobs backends.Blobs, name string) ([]byte, error) {
	b, err := blobs.Get(name)
	if err != nil {
		return nil, err
	}
	return engine.Unseal(name, b)
}

// row holds one row against what the input says of its record.
func (r *recorder) row(s *subject, t *linearizability.Txn, id engine.ID, key string, n int64, h uint64) {
	t.IDs = append(t.IDs, linearizability.ID(id))
	p, off := id.Part(), id.Offset()
	if p >= len(s.truth.Parts) || off >= s.parts[p] {
		t.Wrong = append(t.Wrong, linearizability.WrongRow{ID: linearizability.ID(id), Want: "a record of the input", Got: fmt.Sprintf("partition %d, offset %d", p, off)})
		return
	}
	part := &s.truth.Parts[p]
	name := s.truth.Keys[part.Key[off]]
	exact := r.h.Mode == linearizability.ExactlyOnce && len(part.N) > 0
	if name == key && (!exact || int64(part.N[off]) == n && part.H[off] == h) {
		return
	}
	if len(t.Wrong) < 64 {
		t.Wrong = append(t.Wrong, linearizability.WrongRow{ID: linearizability.ID(id),
			Want: fmt.Sprintf("key %s, record %d, chain %016x", name, at32(part.N, off), at64(part.H, off)), Got: fmt.Sprintf("key %s, record %d, chain %016x", key, n, h)})
	}
}

func at32(v []int32, i int64) int32 {
	if i < int64(len(v)) {
		return v[i]
	}
	return 0
}

func at64(v []uint64, i int64) uint64 {
	if i < int64(len(v)) {
		return v[i]
	}
	return 0
}
