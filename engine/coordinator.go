package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
)

// A Coordinator takes over the catalog, chooses the checkpoint to restore, and then triggers checkpoints and completes them. What follows a
// restart is in recovery.go, what it does while the job runs is here.
type Coordinator struct {
	Common
	tasks   int // machines 0..tasks-1 have parts; the first are sources, the last sinks
	sources int
	sinks   int
	readers int

	phase    phase
	pos      int64 // of the next catalog entry
	tries    int   // of the operation on the catalog that is under way
	recovery recovery
	retained []located // completed checkpoints that are kept, oldest first

	next     int64 // id of the next checkpoint
	pending  []*pending
	writing  *pending // its manifest is on its way: no abort any more
	unsure   bool     // a put of it had an unknown outcome
	begun    int64    // when the last was triggered
	ended    int64    // when the last completed
	failures int      // of checkpoints, consecutive
	told     []bool   // sources that told their end
	finished int      // sinks
	final    bool     // a final checkpoint is complete
}

type phase uint8

const (
	scanning phase = iota
	taking
	fetching
	loading
	running
)

// A located entry knows where in the catalog it is.
type located struct {
	pos int64
	*Entry
}

type pending struct {
	id       int64
	parts    [][]byte
	missing  int
	finals   int // sources that were at their end
	deadline int64
}

func (c *Coordinator) Step(ev *Event, fx *Effects) {
	switch ev.Kind {
	case Start:
		c.told = make([]bool, c.sources)
		c.get(fx)
	case Tell:
		c.hear(&ev.Msg, ev.Now, fx)
	case Done:
		if c.phase == running {
			c.written(&ev.Res, ev.Now, fx)
		} else {
			c.recover(&ev.Res, fx)
		}
	case Wake:
		c.wake(ev.Now, fx)
	}
}

func (c *Coordinator) get(fx *Effects) { fx.Do(Op{Verb: Get, Name: EntryName(c.pos)}) }

func (c *Coordinator) tellTasks(kind MsgKind, id int64, state []byte, fx *Effects) {
	for i := range c.tasks {
		c.tell(fx, kind, i, id, state)
	}
}

func (c *Coordinator) hear(m *Msg, now int64, fx *Effects) {
	switch m.Kind {
	case Fetched, Corrupt, Restored:
		c.heard(m, now, fx)
	case Ended:
		c.told[m.From] = true
		c.schedule(now, fx)
	case Finished:
		if c.finished++; c.finished == c.sinks {
			fx.Over = true
		}
	case Ack:
		c.ack(m, now, fx)
	case Decline:
		if p := c.find(m.Ckpt); p != nil && p != c.writing {
			c.failed(p, "declined: "+string(m.State), now, fx)
		}
	}
}

func (c *Coordinator) find(id int64) *pending {
	for _, p := range c.pending {
		if p.id == id {
			return p
		}
	}
	return nil
}

func (c *Coordinator) ack(m *Msg, now int64, fx *Effects) {
	p := c.find(m.Ckpt)
	if p == nil || p.parts[m.From] != nil {
		return // of an aborted one
	}
	p.parts[m.From] = m.State
	if m.From < c.sources && c.told[m.From] {
		p.finals++
	}
	if p.missing--; p.missing == 1 && c.bug("incomplete-checkpoint") {
		p.missing = 0
	}
	c.write(now, fx)
}

// write puts the manifest of the oldest checkpoint that has all its parts, one at a time.
func (c *Coordinator) write(now int64, fx *Effects) {
	if c.writing != nil {
		return
	}
	for _, p := range c.pending {
		if p.missing == 0 {
			c.writing, c.tries, c.unsure = p, 0, false
			c.put(fx)
			if c.bug("notified-early") {
				c.tellTasks(Complete, p.id, nil, fx)
			}
			return
		}
	}
}

func (c *Coordinator) manifest() *Entry {
	p := c.writing
	e := &Entry{Epoch: c.Epoch, Ckpt: p.id, Parts: p.parts, Final: p.finals == c.sources}
	from := max(0, len(c.retained)+1-max(1, c.Spec.Retained))
	for _, r := range c.retained[from:] {
		e.Retained = append(e.Retained, r.pos)
	}
	e.Retained = append(e.Retained, c.pos)
	return e
}

// kept are the ids of the checkpoints that a manifest keeps.
func (c *Coordinator) kept(e *Entry) (ids []int64) {
	for _, r := range c.retained {
		if slices.Contains(e.Retained, r.pos) {
			ids = append(ids, r.Ckpt)
		}
	}
	return append(ids, e.Ckpt)
}

func (c *Coordinator) put(fx *Effects) {
	e := c.manifest()
	if c.Spec.Track {
		fx.Fact(Fact{Kind: Committing, Ckpt: e.Ckpt, Pos: c.pos, Entry: e, Kept: c.kept(e)})
	}
	fx.Do(Op{Verb: PutNew, Name: EntryName(c.pos), Body: Bytes(e.Encode()), Tag: e.Ckpt, At: AtManifest, Ckpt: e.Ckpt})
}

// written deals with what became of a manifest's put, and with the look at the entry that follows a doubt.
func (c *Coordinator) written(r *Result, now int64, fx *Effects) {
	if c.writing == nil || r.Tag != c.writing.id && r.Verb == PutNew || r.Name != EntryName(c.pos) {
		return
	}
	if r.Verb == Get {
		c.looked(r, now, fx)
		return
	}
	switch {
	case r.Err == nil:
		c.completed(now, fx)
	case errors.Is(r.Err, backends.ErrExists): // ours, if an earlier try had an unknown outcome
		c.get(fx)
	case c.bug("ambiguous-put-as-failure") && errors.Is(r.Err, backends.ErrUnknown):
		c.discard(c.writing, fx)
		c.failed(c.writing, r.Err.Error(), now, fx)
	default:
		c.unsure = c.unsure || errors.Is(r.Err, backends.ErrUnknown)
		if c.tries++; c.tries < storageTries {
			c.put(fx)
		} else if c.unsure {
			fx.Fail(fmt.Errorf("manifest of checkpoint %d: %w", c.writing.id, r.Err)) // the next attempt will see what is there
		} else {
			c.failed(c.writing, "manifest: "+r.Err.Error(), now, fx)
		}
	}
}

// looked reads who has the position that was taken.
func (c *Coordinator) looked(r *Result, now int64, fx *Effects) {
	switch {
	case errors.Is(r.Err, ErrCorrupt): // half of ours: nobody can read it, the next position is as good
		c.pos++
		c.put(fx)
	case errors.Is(r.Err, backends.ErrAbsent):
		c.put(fx)
	case r.Err != nil:
		if c.tries++; c.tries >= storageTries {
			fx.Fail(fmt.Errorf("manifest of checkpoint %d: %w", c.writing.id, r.Err))
			return
		}
		c.get(fx)
	default:
		e, err := ParseEntry(r.Data)
		switch {
		case err == nil && e.Epoch == c.Epoch && e.Ckpt == c.writing.id:
			c.completed(now, fx)
		case c.bug("zombie-manifest"): // takes it for a lost race and appends behind
			c.pos++
			c.put(fx)
		default:
			fx.Fail(fmt.Errorf("manifest of checkpoint %d: %w", c.writing.id, ErrFenced))
		}
	}
}

func (c *Coordinator) completed(now int64, fx *Effects) {
	p, e := c.writing, c.manifest()
	c.writing, c.ended, c.failures = nil, now, 0
	fx.Note(AtCompleted, p.id)
	if c.Spec.Track {
		fx.Fact(Fact{Kind: Committed, Ckpt: p.id, Pos: c.pos, Entry: e, Kept: c.kept(e)})
	}
	c.retained = append(c.retained, located{c.pos, e})
	c.pos++
	for c.retained[0].pos < e.Retained[0] {
		c.collect(c.retained[0], fx)
		c.retained = c.retained[1:]
	}
	if len(c.retained) > 1 && c.bug("collector-deletes-retained") {
		c.collect(c.retained[len(c.retained)-1], fx)
	}
	var state []byte
	if e.Final {
		c.final, state = true, []byte{1}
	}
	c.tellTasks(Complete, p.id, state, fx)
	for len(c.pending) > 0 && c.pending[0].id <= p.id { // what is older than a completed checkpoint is of no use
		if q := c.pending[0]; q != p {
			c.abort(q, "a newer one is complete", fx)
			continue
		}
		c.pending = c.pending[1:]
	}
	c.write(now, fx)
	c.schedule(now, fx)
}

func (c *Coordinator) collect(e located, fx *Effects) {
	var names []byte
	for _, n := range e.files() {
		names = append(append(names, n...), '\n')
	}
	c.tell(fx, Collect, c.Index-1, e.Ckpt, names)
}

// discard is what a planted bug does with the files of a checkpoint that it takes for failed.
func (c *Coordinator) discard(p *pending, fx *Effects) {
	c.collect(located{c.pos, &Entry{Ckpt: p.id, Parts: p.parts}}, fx)
}

func (c *Coordinator) abort(p *pending, why string, fx *Effects) {
	for i, q := range c.pending {
		if q == p {
			c.pending = append(c.pending[:i], c.pending[i+1:]...)
			break
		}
	}
	if c.Spec.Track {
		fx.Fact(Fact{Kind: Aborted, Ckpt: p.id, Text: why})
	}
	c.tellTasks(Abort, p.id, nil, fx)
}

// failed aborts a checkpoint that counts as a failure. More in a row than are tolerated fail the job.
func (c *Coordinator) failed(p *pending, why string, now int64, fx *Effects) {
	if p == c.writing {
		c.writing = nil
	}
	c.abort(p, why, fx)
	if c.bug("aborted-keeps-its-slot") {
		p.missing, p.deadline = -1, EndOfTime
		c.pending = append(c.pending, p)
	}
	if c.failures++; c.failures > c.Spec.Tolerable {
		fx.Fail(fmt.Errorf("checkpoint %d: %s; %d consecutive failures, %d are tolerated", p.id, why, c.failures, c.Spec.Tolerable))
		return
	}
	c.write(now, fx)
	c.schedule(now, fx)
}

func (c *Coordinator) wake(now int64, fx *Effects) {
	if c.phase != running {
		return
	}
	for i := 0; i < len(c.pending); i++ {
		if p := c.pending[i]; p != c.writing && p.deadline <= now {
			c.failed(p, "not complete within "+Span(c.Spec.Timeout), now, fx)
			if fx.Err != nil {
				return
			}
			i = -1
		}
	}
	if at, ok := c.due(now); ok && at <= now {
		c.trigger(now, fx)
	}
	c.schedule(now, fx)
}

// slots are how many checkpoints may be under way. With a minimum pause between the end of one and the beginning of the next it is one.
func (c *Coordinator) slots() int {
	if c.Spec.MinPause > 0 {
		return 1
	}
	return max(1, c.Spec.Concurrent)
}

// due is when the next checkpoint may begin. The pause counts from the last that completed, as Flink's does.
func (c *Coordinator) due(now int64) (at int64, ok bool) {
	if c.phase != running || c.final || len(c.pending) >= c.slots() {
		return 0, false
	}
	atEnd := true
	for _, told := range c.told {
		atEnd = atEnd && told
	}
	switch {
	case atEnd: // the last one covers everything, and is not waited for
		return now, true
	case c.Spec.Interval == 0:
		return 0, false
	}
	return max(c.begun+c.Spec.Interval, c.ended+c.Spec.MinPause), true
}

// schedule sets the alarm for whatever comes first.
func (c *Coordinator) schedule(now int64, fx *Effects) {
	first := int64(0)
	see := func(at int64) {
		if at = max(at, now+1); first == 0 || at < first {
			first = at
		}
	}
	if at, ok := c.due(now); ok {
		see(at)
	}
	for _, p := range c.pending {
		if p != c.writing {
			see(p.deadline)
		}
	}
	if first != 0 {
		fx.Wake = first
	}
}

func (c *Coordinator) trigger(now int64, fx *Effects) {
	p := &pending{id: c.next, parts: make([][]byte, c.tasks), missing: c.tasks, deadline: now + c.Spec.Timeout}
	c.next++
	c.begun = now
	c.pending = append(c.pending, p)
	fx.Note(AtTriggered, p.id)
	for i := range c.sources {
		c.tell(fx, Trigger, i, p.id, nil)
	}
}
