package engine

import (
	"errors"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
)

// recovery is what a coordinator knows before its attempt runs: the catalog as it was read, and which checkpoints may be restored.
type recovery struct {
	known   []located // completed checkpoints, oldest first
	keep    []int64   // positions that the newest readable entry keeps
	choices []located // what may still be restored, newest last
	given   []int64   // positions of those that were given up
	why     string    // why not the newest
	lost    int64     // entries that cannot be read
	top     int64     // the highest id that was seen
	from    *Entry    // what is being restored; nil: from the beginning
	waiting int       // tasks that have not answered
}

// lost tells whether an error says that a blob can never be read again.
func lost(err error) bool { return errors.Is(err, ErrCorrupt) || errors.Is(err, backends.ErrAbsent) }

func (c *Coordinator) recover(r *Result, fx *Effects) {
	switch {
	case r.Name != EntryName(c.pos):
	case r.Verb == GetPart:
		c.salvage(r, fx)
	case c.phase == scanning:
		c.scan(r, fx)
	case c.phase == taking:
		c.taken(r, fx)
	}
}

// retry repeats an operation whose error was not final.
func (c *Coordinator) retry(err error, fx *Effects, try func(*Effects)) {
	if c.tries++; c.tries >= storageTries {
		fx.Fail(fmt.Errorf("read the catalog: %w", err))
		return
	}
	try(fx)
}

// scan reads the catalog from its beginning to its end.
func (c *Coordinator) scan(r *Result, fx *Effects) {
	x := &c.recovery
	switch {
	case errors.Is(r.Err, backends.ErrAbsent):
		c.choose(fx)
		return
	case errors.Is(r.Err, ErrCorrupt) && c.bug("torn-manifest"):
		fx.Do(Op{Verb: GetPart, Name: r.Name, Len: 1 << 30})
		return
	case errors.Is(r.Err, ErrCorrupt):
		x.lost++
		x.why = r.Err.Error()
	case r.Err != nil:
		c.retry(r.Err, fx, c.get)
		return
	default:
		e, err := ParseEntry(r.Data)
		if err != nil {
			fx.Fail(&Fatal{fmt.Errorf("%s: %w", r.Name, err)})
			return
		}
		if !c.learn(e, fx) {
			return
		}
	}
	c.pos, c.tries = c.pos+1, 0
	c.get(fx)
}

// learn takes in one entry, and tells whether to read on.
func (c *Coordinator) learn(e *Entry, fx *Effects) bool {
	x := &c.recovery
	switch {
	case e.Epoch > c.Epoch:
		fx.Fail(ErrFenced)
		return false
	case e.Epoch == c.Epoch: // our own takeover, whose put had an unknown outcome
		c.tookOver(fx)
		return false
	case e.Ckpt > 0:
		x.known = append(x.known, located{c.pos, e})
		x.keep, x.why, x.top = e.Retained, "", max(x.top, e.Ckpt)
	default: // a takeover that fell back: what is newer than its choice cannot be restored
		x.why = ""
		if i := slices.IndexFunc(x.known, func(k located) bool { return k.Ckpt > e.Restored }); i >= 0 && e.Why != "" {
			x.known = x.known[:i]
		}
	}
	return true
}

// salvage is a planted bug: it reads what is left of a broken entry as if it were whole.
func (c *Coordinator) salvage(r *Result, fx *Effects) {
	if e, _, err := parseEntry(r.Data); err == nil && e.Ckpt > 0 {
		for len(e.Parts) < c.tasks {
			e.Parts = append(e.Parts, nil)
		}
		for i, p := range e.Parts { // a line that was cut in its middle is as good as none
			if _, err := ParseStatePart(p); err != nil && i >= c.sources && i < c.tasks-c.sinks {
				e.Parts[i] = nil
			}
			if _, _, err := ParseSourcePart(p); err != nil && i < c.sources {
				e.Parts[i] = nil
			}
		}
		e.Retained = []int64{c.pos}
		c.learn(e, fx)
	}
	c.pos++
	c.get(fx)
}

// choose begins with the newest checkpoint that is kept, and appends the takeover.
func (c *Coordinator) choose(fx *Effects) {
	x := &c.recovery
	x.choices = x.choices[:0]
	for _, k := range x.known {
		if slices.Contains(x.keep, k.pos) && !slices.Contains(x.given, k.pos) {
			x.choices = append(x.choices, k)
		}
	}
	c.next = x.top + x.lost + 1
	if len(x.choices) > 1 && c.bug("older-checkpoint") {
		x.choices = x.choices[:len(x.choices)-1]
	}
	c.takeOver(fx)
}

func (c *Coordinator) takeOver(fx *Effects) {
	x := &c.recovery
	x.from = nil
	switch n := len(x.choices); {
	case n > 0:
		x.from = x.choices[n-1].Entry
	case x.why != "":
		fx.Fail(&Fatal{fmt.Errorf("no checkpoint is left to restore: %s", x.why)})
		return
	}
	c.phase, c.tries = taking, 0
	c.putTakeover(fx)
}

func (x *recovery) ckpt() int64 {
	if x.from == nil {
		return 0
	}
	return x.from.Ckpt
}

// kept are the ids of the checkpoints that may be restored still.
func (x *recovery) kept() (ids []int64) {
	for _, k := range x.choices {
		ids = append(ids, k.Ckpt)
	}
	return ids
}

func (c *Coordinator) putTakeover(fx *Effects) {
	x := &c.recovery
	e := &Entry{Epoch: c.Epoch, Restored: x.ckpt(), Why: x.why}
	for _, k := range x.choices {
		e.Retained = append(e.Retained, k.pos)
	}
	if c.Spec.Track {
		fx.Fact(Fact{Kind: TakingOver, Ckpt: e.Restored, Pos: c.pos, Text: x.why, Kept: x.kept()})
	}
	fx.Do(Op{Verb: PutNew, Name: EntryName(c.pos), Body: Bytes(e.Encode())})
}

func (c *Coordinator) taken(r *Result, fx *Effects) {
	switch {
	case r.Err == nil:
		c.tookOver(fx)
	case errors.Is(r.Err, backends.ErrExists): // ours after an unknown outcome, or another's: look
		c.phase = scanning
		c.get(fx)
	default:
		c.retry(r.Err, fx, c.putTakeover)
	}
}

// tookOver: from here on nobody older can append.
func (c *Coordinator) tookOver(fx *Effects) {
	x := &c.recovery
	if c.Spec.Track {
		fx.Fact(Fact{Kind: TookOver, Ckpt: x.ckpt(), Pos: c.pos, Text: x.why, Entry: x.from, Kept: x.kept()})
	}
	c.pos++
	c.phase, x.waiting = fetching, c.tasks
	c.retained = slices.Clone(x.choices)
	parts := make([][]byte, c.tasks)
	if x.from != nil {
		var err error
		if parts, err = c.deal(x.from.Parts); err != nil {
			fx.Fail(&Fatal{fmt.Errorf("restore checkpoint %d: %w", x.ckpt(), err)})
			return
		}
	}
	for i, part := range parts {
		c.tell(fx, Restore, i, x.ckpt(), part)
	}
}

// heard deals with the answers of tasks that restore.
func (c *Coordinator) heard(m *Msg, now int64, fx *Effects) {
	x := &c.recovery
	if m.Ckpt != x.ckpt() {
		return // of a choice that was given up
	}
	switch m.Kind {
	case Corrupt:
		if c.phase == fetching {
			c.fallBack(string(m.State), fx)
		}
	case Fetched:
		if x.waiting--; x.waiting == 0 && c.phase == fetching {
			c.phase, x.waiting = loading, c.tasks
			c.tellTasks(Load, x.ckpt(), nil, fx)
		}
	case Restored:
		if x.waiting--; x.waiting == 0 && c.phase == loading {
			c.run(now, fx)
		}
	}
}

// fallBack gives a checkpoint up, says why in the catalog, and goes on with the next older one that is kept.
func (c *Coordinator) fallBack(why string, fx *Effects) {
	x := &c.recovery
	x.why = fmt.Sprintf("checkpoint %d: %s", x.ckpt(), why)
	if c.Spec.Track {
		fx.Fact(Fact{Kind: Skipped, Ckpt: x.ckpt(), Text: x.why})
	}
	n := len(x.choices) - 1
	x.given = append(x.given, x.choices[n].pos)
	x.choices = x.choices[:n]
	c.takeOver(fx)
}

func (c *Coordinator) run(now int64, fx *Effects) {
	x := &c.recovery
	c.phase, c.begun, c.ended = running, now, now
	if c.Epoch > 1 {
		fx.Note(AtRunning, x.ckpt())
	}
	c.tellTasks(Run, 0, nil, fx)
	var last []byte
	if x.from != nil {
		last = x.from.Encode()
	}
	for i := range c.readers {
		c.tell(fx, Run, c.tasks+i, c.pos, last)
	}
	if x.from != nil && x.from.Final { // everything was read: what remains is to publish it
		c.final = true
		c.tellTasks(Complete, x.ckpt(), []byte{1}, fx)
	}
	if c.Epoch > 1 {
		var keep []byte
		for _, k := range c.retained {
			for _, n := range k.files() {
				keep = append(append(keep, n...), '\n')
			}
		}
		c.tell(fx, Collect, c.Index-1, 0, keep)
	}
	c.schedule(now, fx)
}
