package linearizability

import (
	"fmt"
	"maps"
	"slices"
)

// A toyAttempt is one life of the toy's job.
type toyAttempt struct {
	*toy
	epoch    int64
	dead     bool
	running  bool
	from     *toyCheckpoint
	took     int64        // ticket of the takeover's call, 0: not yet put
	settled  bool         // the takeover is in the log
	offsets  []int64      // sources
	queues   [][][]toyMsg // by task and partition
	states   [][]Cursor   // by task
	rows     [][]ID       // by task, since its last snapshot
	blocked  [][]bool
	pend     *toyPending
	ids      int64
	publish  []*toyCheckpoint
	askers   []toyAsker
	finished bool
	place    int
	alarms   []*toyAlarms // by task
}

type toyMsg struct {
	id      ID
	barrier int64
	mark    int64 // of the source, behind it
}

type toyPending struct {
	toyCheckpoint
	sent   []bool
	first  []int64 // by task: ticket of the first barrier
	came   []int
	synced int
	put    int64 // ticket of the manifest's put
	stored bool
	pos    int64
	keeps  []int64    // with its manifest
	gone   []toyEntry // what is not kept any more then
}

type toyAsker struct {
	key     int32
	call    int64
	ckpt    int64
	cursors []Cursor
	got     bool
}

func newToyAttempt(w *toy, epoch int64) *toyAttempt {
	a := &toyAttempt{toy: w, epoch: epoch, offsets: make([]int64, w.parts), rows: make([][]ID, w.tasks), askers: make([]toyAsker, w.readers)}
	for range w.tasks {
		a.queues = append(a.queues, make([][]toyMsg, w.parts))
		a.blocked = append(a.blocked, make([]bool, w.parts))
		a.states = append(a.states, make([]Cursor, w.keys*w.parts))
		a.alarms = append(a.alarms, w.newAlarms())
	}
	return a
}

func (a *toyAttempt) task(key int32) int { return int(a.h.Truth.Group[key]) * a.tasks / a.groups }

// act is one step of something in the attempt.
func (a *toyAttempt) act() {
	if a.dead {
		return
	}
	if !a.running {
		a.recover()
		return
	}
	switch a.rng.IntN(8) {
	case 0, 1:
		a.emit(a.rng.IntN(a.parts))
	case 2, 3, 4:
		a.consume(a.rng.IntN(a.tasks), a.rng.IntN(a.parts))
	case 5:
		a.coordinate()
	case 6:
		a.ask(a.rng.IntN(a.readers))
	default:
		if len(a.publish) > 0 && a.rng.IntN(2) == 0 {
			a.release(a.publish[0])
			a.publish = a.publish[1:]
		}
	}
}

func (a *toyAttempt) recover() {
	switch {
	case a.took == 0:
		a.took = a.now()
	case !a.settled:
		if a.owner() > a.epoch {
			a.dead = true
			return
		}
		a.from = a.newest()
		why := ""
		if c := a.from; c != nil && a.rng.IntN(3) == 0 && !a.isPublic(c) {
			a.rotten[c.id] = true
			a.from, why = a.older(c.id), "checkpoint is corrupt"
		}
		a.log = append(a.log, toyEntry{a.epoch, a.restored(), true})
		a.kept = slices.DeleteFunc(slices.Clone(a.kept), func(e toyEntry) bool { return e.ckpt > a.restored() })
		if c := a.from; c != nil && (len(a.kept) == 0 || a.kept[len(a.kept)-1].ckpt != c.id) { // it was not kept any more, and is again
			a.keep(toyEntry{epoch: c.epoch, ckpt: c.id})
		}
		a.settled = true
		a.place = a.add(a, 0, Op{Kind: TakeOver, Call: a.took, Ckpt: a.restored(), Pos: int64(len(a.log) - 1), Text: why, Kept: a.keptIDs()})
	case a.rng.IntN(3) == 0:
		a.restore()
	}
}

func (a *toyAttempt) restored() int64 {
	if a.from == nil {
		return 0
	}
	return a.from.id
}

func (a *toyAttempt) older(than int64) *toyCheckpoint {
	for i := len(a.log) - 1; i >= 0; i-- {
		if e := a.log[i]; !e.takeover && e.ckpt < than && !a.rotten[e.ckpt] {
			return a.store[[2]int64{e.epoch, e.ckpt}]
		}
	}
	return nil
}

func (a *toyAttempt) restore() {
	for t := range a.tasks {
		lo, hi := (t*a.groups+a.tasks-1)/a.tasks, ((t+1)*a.groups-1)/a.tasks
		a.add(a, 10+t, Op{Kind: Own, Task: t, Pos: int64(lo), Ckpt: int64(hi)})
		if a.from != nil {
			copy(a.states[t], a.from.states[t])
			op := Op{Kind: Reload, Task: t, Ckpt: a.from.id, Digest: a.digest(a.states[t]), Lives: toyLives(a.digest(a.states[t]))}
			if a.timed {
				a.alarms[t].armed, op.Armed = maps.Clone(a.from.alarms[t]), a.from.armed[t]
			}
			a.add(a, 10+t, op)
		}
	}
	if a.from != nil {
		copy(a.offsets, a.from.offsets)
		for p := range a.parts {
			a.add(a, 30+p, Op{Kind: Rewind, Task: p, Ckpt: a.from.id, Pos: a.offsets[p], Mark: a.from.marks[p]})
			a.say(p)
		}
	}
	for _, e := range a.log {
		a.ids = max(a.ids, e.ckpt)
		if !e.takeover { // perhaps nobody published it
			a.publish = append(a.publish, a.store[[2]int64{e.epoch, e.ckpt}])
		}
	}
	if a.epoch > 1 {
		a.add(a, 0, Op{Kind: Recover, Call: a.took, Ckpt: a.restored(), Text: a.h.Ops[a.place].Text})
	}
	a.life(a.epoch).Restored = a.restored()
	a.running = true
}

func (a *toyAttempt) emit(p int) {
	if pend := a.pend; pend != nil && !pend.sent[p] && a.rng.IntN(3) == 0 {
		pend.sent[p], pend.offsets[p], pend.marks[p] = true, a.offsets[p], a.markAt(p, a.offsets[p])
		for t := range a.tasks {
			a.queues[t][p] = append(a.queues[t][p], toyMsg{barrier: pend.id, mark: pend.marks[p]})
		}
		return
	}
	defer a.say(p)
	for range 1 + a.rng.IntN(4) {
		if off := a.offsets[p]; off < int64(len(a.h.Truth.Parts[p].Key)) {
			t := a.task(a.h.Truth.Parts[p].Key[off])
			a.queues[t][p] = append(a.queues[t][p], toyMsg{id: ID(p)<<40 | ID(off), mark: timeOf(ID(off)) - 1})
			a.offsets[p]++
		}
	}
}

func (a *toyAttempt) consume(t, p int) {
	q := &a.queues[t][p]
	if len(*q) == 0 || a.blocked[t][p] {
		return
	}
	if b := (*q)[0].barrier; b != 0 {
		a.advance(t, p, (*q)[0].mark, a.ticket, a.ticket)
		*q = (*q)[1:]
		if pend := a.pend; pend != nil && pend.id == b {
			a.barrier(pend, t, p)
		}
		return
	}
	var ids []ID
	mark := int64(noMark)
	for len(*q) > 0 && (*q)[0].barrier == 0 && len(ids) < 4 {
		ids, mark = append(ids, (*q)[0].id), (*q)[0].mark
		*q = (*q)[1:]
	}
	if a.crashes < a.toySize.crashes && a.rng.IntN(200) == 0 { // the batch dies with the attempt
		a.add(a, 10+t, Op{Kind: Apply, Task: t, IDs: ids, Outcome: Unknown})
		a.crashes++
		a.die()
		a.dead = true
		return
	}
	for _, id := range ids {
		a.count(a.states[t], id)
	}
	a.rows[t] = append(a.rows[t], ids...)
	a.add(a, 10+t, Op{Kind: Apply, Task: t, IDs: ids})
	if a.timed {
		a.ring(t, ids, a.ticket-1, a.ticket)
		a.advance(t, p, mark, a.ticket-1, a.ticket)
	}
}

func (a *toyAttempt) barrier(pend *toyPending, t, p int) {
	if pend.came[t] == 0 {
		pend.first[t] = a.now()
	}
	pend.came[t]++
	a.blocked[t][p] = a.mode == ExactlyOnce
	if pend.came[t] < a.parts {
		return
	}
	pend.states[t] = slices.Clone(a.states[t])
	pend.rows[t], a.rows[t] = a.rows[t], nil
	a.blocked[t] = make([]bool, a.parts)
	pend.alarms[t] = maps.Clone(a.alarms[t].armed)
	if a.timed {
		pend.armed[t] = a.alarms[t].sum()
	}
	a.add(a, 10+t, Op{Kind: Snap, Task: t, Ckpt: pend.id, Call: pend.first[t], Digest: a.digest(pend.states[t]), Armed: pend.armed[t]})
	pend.synced++
}

func (a *toyAttempt) coordinate() {
	pend := a.pend
	switch {
	case pend == nil && !a.finished:
		if a.rng.IntN(4) == 0 || a.drained() {
			a.trigger()
		}
	case pend == nil:
	case pend.put == 0 && pend.synced < a.tasks && a.rng.IntN(60) == 0:
		a.add(a, 0, Op{Kind: Abort, Ckpt: pend.id, Text: "too slow"})
		a.giveBack(pend)
	case pend.put == 0 && pend.synced == a.tasks:
		pend.put, pend.pos = a.now(), int64(len(a.log))
	case pend.put != 0 && !pend.stored:
		a.manifest(pend)
	case pend.stored:
		a.completed(pend)
	}
}

func (a *toyAttempt) drained() bool {
	for p := range a.parts {
		if a.offsets[p] < int64(len(a.h.Truth.Parts[p].Key)) {
			return false
		}
	}
	return true
}

func (a *toyAttempt) trigger() {
	a.ids++
	a.pend = &toyPending{toyCheckpoint: toyCheckpoint{epoch: a.epoch, id: a.ids, offsets: make([]int64, a.parts), states: make([][]Cursor, a.tasks), rows: make([][]ID, a.tasks),
		alarms: make([]map[timer]AlarmEvent, a.tasks), armed: make([]*Armed, a.tasks), marks: make([]int64, a.parts)},
		sent: make([]bool, a.parts), first: make([]int64, a.tasks), came: make([]int, a.tasks)}
	a.add(a, 0, Op{Kind: Trigger, Ckpt: a.ids})
}

// giveBack puts the rows of an aborted checkpoint before those that came since.
func (a *toyAttempt) giveBack(pend *toyPending) {
	for t := range a.tasks {
		a.rows[t] = append(pend.rows[t], a.rows[t]...)
		a.blocked[t] = make([]bool, a.parts)
	}
	a.pend = nil
}

// manifest is the moment at which the put takes effect, or does not.
func (a *toyAttempt) manifest(pend *toyPending) {
	commit := Op{Kind: Commit, Ckpt: pend.id, Call: pend.put, Pos: pend.pos}
	switch {
	case a.owner() > a.epoch:
		commit.Outcome = Refused
		a.add(a, 0, commit)
		a.pend, a.dead = nil, true
		a.die()
	case a.rng.IntN(12) == 0 && a.crashes < a.toySize.crashes: // no answer, and perhaps no manifest
		a.crashes++
		if a.rng.IntN(2) == 0 {
			a.commit(pend)
		}
		commit.Outcome, commit.Return = Unknown, int64(a.rng.IntN(2))*a.now()
		a.add(a, 0, commit)
		a.pend, a.dead = nil, true
		a.die()
	default:
		a.commit(pend)
		pend.stored = true
	}
}

func (a *toyAttempt) commit(pend *toyPending) {
	a.log = append(a.log, toyEntry{epoch: a.epoch, ckpt: pend.id})
	pend.pos = int64(len(a.log) - 1)
	pend.gone = a.keep(toyEntry{epoch: a.epoch, ckpt: pend.id})
	pend.keeps = a.keptIDs()
	a.store[[2]int64{a.epoch, pend.id}] = &pend.toyCheckpoint
	a.h.Cuts = append(a.h.Cuts, a.cutOf(&pend.toyCheckpoint))
}

func (a *toyAttempt) completed(pend *toyPending) {
	a.add(a, 0, Op{Kind: Commit, Ckpt: pend.id, Call: pend.put, Pos: pend.pos, Kept: pend.keeps})
	a.add(a, 10, Op{Kind: Notify, Ckpt: pend.id, Text: "task/0"})
	for _, e := range pend.gone {
		a.add(a, 90, Op{Kind: Delete, Ckpt: e.ckpt, Pos: e.epoch, Text: fmt.Sprintf("state/%d-%d", e.epoch, e.ckpt)})
	}
	a.publish = append(a.publish, &pend.toyCheckpoint)
	a.pend = nil
	a.finished = true
	for p := range a.parts {
		a.finished = a.finished && pend.offsets[p] == int64(len(a.h.Truth.Parts[p].Key))
	}
	if a.finished && a.owner() == a.epoch && a == a.alive[len(a.alive)-1] {
		for _, c := range a.publish {
			a.release(c)
		}
		cut := a.cutOf(&pend.toyCheckpoint)
		a.h.Final = &cut
	}
}

func (a *toyAttempt) isPublic(c *toyCheckpoint) bool {
	for t := range a.tasks {
		if a.public[fmt.Sprintf("out/%d/%d", t, c.id)] {
			return true
		}
	}
	return false
}

// release publishes a checkpoint's rows. Doing it again changes nothing.
func (a *toyAttempt) release(c *toyCheckpoint) {
	if a.rotten[c.id] {
		return
	}
	for t := range a.tasks {
		name := fmt.Sprintf("out/%d/%d", t, c.id)
		a.add(a, 50+t, Op{Kind: Publish, Task: t, Ckpt: c.id, Text: name})
		if !a.public[name] {
			a.public[name] = true
			a.h.Output = append(a.h.Output, Txn{Sink: t, Ckpt: c.id, Name: name, IDs: c.rows[t]})
		}
	}
}

// ask is one of the three steps of a read: the question, the look, the answer.
func (a *toyAttempt) ask(r int) {
	k := &a.askers[r]
	switch {
	case k.call == 0:
		*k = toyAsker{key: int32(a.rng.IntN(a.keys)), call: a.now(), ckpt: int64(a.rng.IntN(2))}
	case !k.got:
		state := a.states[a.task(k.key)]
		if k.ckpt != 0 {
			c := a.newest()
			if c == nil || a.rotten[c.id] || a.owner() > a.epoch {
				k.call = 0
				return
			}
			k.ckpt, state = c.id, c.states[a.task(k.key)]
		}
		for _, c := range state[int(k.key)*a.parts : int(k.key+1)*a.parts] {
			if c.N > 0 {
				k.cursors = append(k.cursors, c)
			}
		}
		k.got = true
	default:
		if k.ckpt != 0 || a.owner() <= a.epoch {
			a.add(a, 70+r, Op{Kind: Read, Key: k.key, Ckpt: k.ckpt, Cursors: k.cursors, Call: k.call})
		}
		*k = toyAsker{}
	}
}

// die leaves open what was under way.
func (a *toyAttempt) die() {
	a.dead = true
	if !a.running {
		if a.took != 0 && !a.settled {
			a.add(a, 0, Op{Kind: TakeOver, Call: a.took, Ckpt: 0, Pos: int64(len(a.log)), Outcome: Unknown})
		}
		if a.settled && a.epoch > 1 {
			a.add(a, 0, Op{Kind: Recover, Call: a.took, Ckpt: a.restored(), Outcome: Unknown})
		}
		return
	}
	if pend := a.pend; pend != nil && pend.put != 0 {
		a.add(a, 0, Op{Kind: Commit, Ckpt: pend.id, Call: pend.put, Pos: pend.pos, Outcome: Unknown})
	}
}
