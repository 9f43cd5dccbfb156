package weir

import (
	"fmt"
	"slices"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/linearizability"
)

// fact turns what a machine told into an operation of the history.
func (r *recorder) fact(m *engine.Moment, f *engine.Fact, l *life) {
	switch f.Kind {
	case engine.Applied, engine.Failed:
		r.worked(m)
		r.apply(m, f)
	case engine.Owns:
		r.add(linearizability.Op{Kind: linearizability.Own, Task: m.Role.Index, Pos: int64(f.Groups[0]), Ckpt: int64(f.Groups[1])}, m)
	case engine.Asked, engine.Answered, engine.GaveUp:
		r.read(m, f)
	case engine.Snapped:
		r.snapped(m, f)
	case engine.Reloaded:
		r.add(linearizability.Op{Kind: linearizability.Reload, Ckpt: f.Ckpt, Task: m.Role.Index, Digest: linearizability.Digest(f.Digest), Armed: armed(f.Armed), Lives: living(f.Lives)}, m)
	case engine.Rewound:
		r.add(linearizability.Op{Kind: linearizability.Rewind, Ckpt: f.Ckpt, Task: m.Role.Index, Pos: f.Pos, Mark: f.Mark}, m)
		if m.Role.Index < len(r.cut) {
			r.cut[m.Role.Index] = f.Pos
		}
	case engine.Publishing:
		r.add(linearizability.Op{Kind: linearizability.Publish, Ckpt: f.Ckpt, Task: m.Role.Index, Text: f.Text}, m)
	case engine.Accessed:
		r.accessed(m, f.Census)
	case engine.Alarmed:
		r.alarmed(m, f)
	case engine.Reached:
		r.add(linearizability.Op{Kind: linearizability.Mark, Task: m.Role.Index, Pos: f.Pos, Mark: f.Mark, Text: r.named(m.Role), Idle: f.Text != ""}, m)
	case engine.Spared:
		l.spared = true
	case engine.Deleting, engine.Deleted:
		r.deletion(m, f)
	default:
		r.coordinated(m, f, l)
	}
}

// apply is a batch: one operation, with the step as its interval.
func (r *recorder) apply(m *engine.Moment, f *engine.Fact) {
	if cap(r.ids)-len(r.ids) < len(f.IDs) {
		r.ids = make([]linearizability.ID, 0, max(1<<14, len(f.IDs)))
	}
	from := len(r.ids)
	for _, id := range f.IDs {
		r.ids = append(r.ids, linearizability.ID(id))
	}
	op := linearizability.Op{Kind: linearizability.Apply, Task: m.Role.Index, IDs: r.ids[from:len(r.ids):len(r.ids)], Text: f.Text}
	if f.Kind == engine.Failed {
		op.Outcome = linearizability.Unknown
	}
	r.add(op, m)
	if r.first < 0 {
		r.first = m.At
	}
	r.last = max(r.last, m.At)
	n := int64(len(f.IDs))
	for bin := int(m.At / binMicros); bin >= len(r.ev.Rate); {
		r.ev.Rate = append(r.ev.Rate, 0)
	}
	r.ev.Rate[m.At/binMicros] += n
	r.applied += n
	if n > 0 { // a batch is of one source
		r.input.applied(f.IDs[0].Part(), n, m.At)
	}
	if r.lag > 0 {
		if r.lag -= n; r.lag <= 0 {
			r.lag = 0
			if t := r.recovery(m.Epoch); t != nil {
				t.Reprocessed = m.At
			}
		}
	}
}

// alarmed: what became of timers in a step.
func (r *recorder) alarmed(m *engine.Moment, f *engine.Fact) {
	if cap(r.alarms)-len(r.alarms) < len(f.Timers) {
		r.alarms = make([]linearizability.AlarmEvent, 0, max(1<<12, len(f.Timers)))
	}
	from := len(r.alarms)
	for i := range f.Timers {
		t := &f.Timers[i]
		r.alarms = append(r.alarms, linearizability.AlarmEvent{ID: t.ID, At: t.At, Key: r.keyNo(t.Key), What: linearizability.AlarmWhat(t.What), Processing: t.Processing})
	}
	r.add(linearizability.Op{Kind: linearizability.Alarm, Task: m.Role.Index, Mark: f.Mark, Alarms: r.alarms[from:len(r.alarms):len(r.alarms)]}, m)
}

func armed(a *engine.Armed) *linearizability.Armed {
	if a == nil {
		return nil
	}
	return &linearizability.Armed{N: a.N, Sum: a.Sum}
}

func living(all []engine.Living) (told []linearizability.Living) {
	for _, l := range all {
		told = append(told, linearizability.Living{State: l.State, Should: alive(l.Should), Has: alive(l.Has)})
	}
	return told
}

func alive(a engine.Alive) linearizability.Alive {
	return linearizability.Alive{N: a.N, Digest: linearizability.Digest(a.Digest)}
}

// named is the name of a role, made once.
func (r *recorder) named(role engine.Role) string {
	name, ok := r.roles[role]
	if !ok {
		name = role.String()
		r.roles[role] = name
	}
	return name
}

func (r *recorder) read(m *engine.Moment, f *engine.Fact) {
	key := openOp{m.Epoch, m.Machine, linearizability.Read, 0}
	switch f.Kind {
	case engine.Asked:
		r.begin(linearizability.Read, key, linearizability.Op{Key: r.keyNo(f.Key)}, m)
	case engine.GaveUp:
		delete(r.open, key)
	case engine.Answered:
		if m.Lost { // the answer never left
			delete(r.open, key)
			return
		}
		op := r.end(key, m)
		if op == nil {
			return
		}
		from := len(r.curs)
		for _, c := range f.Cursors {
			r.curs = append(r.curs, linearizability.Cursor(c))
		}
		op.Ckpt, op.Cursors = f.Ckpt, r.curs[from:len(r.curs):len(r.curs)]
	}
}

// snapped: the asynchronous half knows the digest of what the synchronous half pinned.
func (r *recorder) snapped(m *engine.Moment, f *engine.Fact) {
	if at, ok := r.snaps[openOp{m.Epoch, m.Machine, linearizability.Snap, f.Ckpt}]; ok {
		r.h.Ops[at].Digest, r.h.Ops[at].Armed = linearizability.Digest(f.Digest), armed(f.Armed)
	}
}

// deletion is one operation from the question to the answer; of one without an answer nobody knows.
func (r *recorder) deletion(m *engine.Moment, f *engine.Fact) {
	key := openOp{m.Epoch, m.Machine, linearizability.Delete, 0}
	if f.Kind == engine.Deleted {
		r.end(key, m)
		return
	}
	if op := r.open[key]; op != nil {
		op.Outcome = linearizability.Unknown
		r.h.Ops = append(r.h.Ops, *op)
		delete(r.open, key)
	}
	if m.Lost {
		return
	}
	op := linearizability.Op{Ckpt: f.Ckpt, Text: f.Text}
	fmt.Sscanf(f.Text, "state/%d-", &op.Pos)
	r.begin(linearizability.Delete, key, op, m)
}

func (r *recorder) coordinated(m *engine.Moment, f *engine.Fact, l *life) {
	switch f.Kind {
	case engine.Committing:
		key := openOp{m.Epoch, m.Machine, linearizability.Commit, f.Ckpt}
		if op := r.open[key]; op != nil {
			op.Pos = f.Pos // the same manifest, tried again or at another place
		} else if !m.Lost {
			r.begin(linearizability.Commit, key, linearizability.Op{Ckpt: f.Ckpt, Pos: f.Pos, Kept: slices.Clone(f.Kept)}, m)
		}
	case engine.Committed:
		r.end(openOp{m.Epoch, m.Machine, linearizability.Commit, f.Ckpt}, m)
		t := r.times(m.Epoch, f.Ckpt)
		t.Bytes, t.Entries = weigh(f.Entry)
		r.durable(f.Entry)
	case engine.Aborted:
		r.times(m.Epoch, f.Ckpt).Aborted = f.Text
		r.add(linearizability.Op{Kind: linearizability.Abort, Ckpt: f.Ckpt, Text: f.Text}, m)
	case engine.TakingOver:
		if m.Lost {
			return
		}
		if r.open[openOp{m.Epoch, m.Machine, linearizability.TakeOver, 0}] == nil {
			r.begin(linearizability.TakeOver, openOp{m.Epoch, m.Machine, linearizability.TakeOver, 0}, linearizability.Op{Ckpt: f.Ckpt, Pos: f.Pos, Text: f.Text, Kept: slices.Clone(f.Kept)}, m)
		}
		if r.open[openOp{m.Epoch, m.Machine, linearizability.Recover, 0}] == nil && m.Epoch > 1 {
			r.begin(linearizability.Recover, openOp{m.Epoch, m.Machine, linearizability.Recover, 0}, linearizability.Op{}, m)
		}
	case engine.TookOver:
		if op := r.end(openOp{m.Epoch, m.Machine, linearizability.TakeOver, 0}, m); op != nil {
			op.Ckpt, op.Pos, op.Text, op.Kept = f.Ckpt, f.Pos, f.Text, slices.Clone(f.Kept)
		}
		if l.tookOver == 0 {
			l.tookOver = m.To
		}
		if f.Entry != nil { // its coordinator may have died before it knew
			r.durable(f.Entry)
		}
		if op := r.open[openOp{m.Epoch, m.Machine, linearizability.Recover, 0}]; op != nil {
			op.Ckpt, op.Text = f.Ckpt, f.Text
		}
		if t := r.recovery(m.Epoch); t != nil {
			t.Why = f.Text
		}
	}
}

// durable keeps a manifest that is known to be durable, once.
func (r *recorder) durable(e *engine.Entry) {
	for i := range r.entries {
		if r.entries[i].epoch == e.Epoch && r.entries[i].entry.Ckpt == e.Ckpt {
			return
		}
	}
	r.entries = append(r.entries, committed{e.Epoch, *e})
}

// weigh adds up the tasks' parts of a manifest.
func weigh(e *engine.Entry) (bytes, entries int64) {
	for _, b := range e.Parts {
		if p, err := engine.ParseStatePart(b); err == nil {
			bytes, entries = bytes+p.Size+int64(len(p.Held)), entries+p.Entries
		}
	}
	return bytes, entries
}

// offsets are where the sources stood in a manifest, with their watermarks, and what is wrong when one is not that of the last record before.
func offsets(e *engine.Entry, parts int, mark func(part int, offset int64) int64) (at, marks []int64, wrong difference) {
	for p := range parts {
		off, wm, err := engine.ParseSourcePart(e.Parts[p])
		if err != nil {
			return nil, nil, difference{where: fmt.Sprintf("The part of source/%d is missing", p)}
		}
		if want := mark(p, off); wm != want && wm != engine.EndOfTime && wrong == (difference{}) {
			wrong = difference{fmt.Sprintf("source/%d stands at offset %d with a watermark that is not that of the log", p, off), fmt.Sprint("watermark ", want), fmt.Sprint("watermark ", wm)}
		}
		at, marks = append(at, off), append(marks, wm)
	}
	return at, marks, wrong
}
