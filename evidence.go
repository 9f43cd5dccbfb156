package weir

import (
	"cmp"
	"slices"
	"sync"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/linearizability"
)

// Evidence is what one run of one cell leaves: the history that is judged, and the timings of the same run.
type Evidence struct {
	History     *linearizability.History
	Checkpoints []CheckpointTimes
	Recoveries  []RecoveryTimes
	Stretches   []Stretch // of a run whose input has phases
	Rate        []int64   // records applied, by bin of binMicros
	Accesses    []StateAccesses
	Asking      int64   // the records that made them, those that were applied again included
	AskedIn     string  // the phases of the input in which they were made; "": all of the run
	Fired       []int64 // timers, by bin of binMicros
	Took        float64 // seconds from the first record to the end of the input
	Busy        float64 // of which the job ran: without outages
	Memory      MemoryUse
	Trace       uint64 // of a simulated run
	Steps       int
	End         error
}

// CheckpointTimes are microseconds since the run began, -1 where it did not come to it.
type CheckpointTimes struct {
	Ckpt      int64  `json:"checkpoint"`
	Epoch     int64  `json:"epoch"`
	Triggered int64  `json:"triggered_us"`
	Barrier   int64  `json:"first_barrier_us"`
	Synced    int64  `json:"last_synced_us"`
	Uploaded  int64  `json:"last_uploaded_us"`
	Completed int64  `json:"completed_us"`
	Aborted   string `json:"aborted,omitempty"`
	Bytes     int64  `json:"bytes"`
	Entries   int64  `json:"entries"`
}

// RecoveryTimes are microseconds since the run began, -1 where it did not come to it.
type RecoveryTimes struct {
	Epoch       int64  `json:"epoch"` // of the attempt that recovered
	Ckpt        int64  `json:"checkpoint"`
	Why         string `json:"why,omitempty"` // why not a newer one
	Struck      int64  `json:"struck_us"`
	Detected    int64  `json:"detected_us"`
	Restarting  int64  `json:"restarting_us"`
	Fetched     int64  `json:"fetched_us"`
	Restored    int64  `json:"restored_us"`
	Running     int64  `json:"running_us"`
	Reprocessed int64  `json:"reprocessed_us"`
	Replayed    int64  `json:"replayed_records"`
}

const binMicros = 50_000

// A recorder turns what drivers tell into Evidence. Any goroutine may call Observe.
type recorder struct {
	mu       sync.Mutex
	h        *linearizability.History
	ev       *Evidence
	hits     [engine.Points]int64
	open     map[openOp]*linearizability.Op // operations under way
	barriers map[openOp]int64               // ticket of a task's first barrier of a checkpoint
	snaps    map[openOp]int                 // place in Ops of a task's snapshot
	keyNo    func(encoded []byte) int32     // -1: the input has no such key
	ids      []linearizability.ID           // the last chunk of an arena
	curs     []linearizability.Cursor       // arena
	alarms   []linearizability.AlarmEvent   // arena
	roles    map[engine.Role]string
	ckpts    map[[2]int64]int // place in ev.Checkpoints by epoch and id
	entries  []committed
	rested   map[int64]int64 // by checkpoint: the greatest watermark that its tasks came to while a source was idle; absent: none was
	lives    map[int64]*life
	lag      int64 // records that the running recovery has still to apply again
	first    int64
	last     int64
	applied  int64 // records known to be applied and not lost to a recovery
	cut      []int64
	down     int64      // since when nothing runs, -1: it runs
	outages  [][2]int64 // from when to when nothing ran
	input    stretches
	asked    accesses
}

// openOp names what may be under way once: by whom, and about which checkpoint.
type openOp struct {
	epoch   int64
	machine int
	kind    linearizability.Kind
	ckpt    int64
}

// A life is what is known of an attempt.
type life struct {
	start, restarted, tookOver int64 // tickets
	restored                   int64
	spared                     bool // declared dead, and let live on by the plan
}

type committed struct {
	epoch int64
	entry engine.Entry
}

func newRecorder(h *linearizability.History, keyNo func([]byte) int32) *recorder {
	return &recorder{h: h, ev: &Evidence{History: h}, keyNo: keyNo, open: map[openOp]*linearizability.Op{}, barriers: map[openOp]int64{},
		snaps: map[openOp]int{}, roles: map[engine.Role]string{}, ckpts: map[[2]int64]int{}, lives: map[int64]*life{}, rested: map[int64]int64{}, first: -1, down: -1, cut: make([]int64, h.Parts)}
}

// Observe is told of a moment.
func (r *recorder) Observe(m *engine.Moment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.life(m.Epoch, m.From)
	for _, n := range m.Notes {
		r.hits[n.Point]++
		r.note(m, n, l)
	}
	for i := range m.Facts {
		r.fact(m, &m.Facts[i], l)
	}
}

func (r *recorder) life(epoch, ticket int64) *life {
	l := r.lives[epoch]
	if l == nil {
		l = &life{start: ticket, restored: -1}
		r.lives[epoch] = l
	}
	return l
}

func (r *recorder) add(op linearizability.Op, m *engine.Moment) int {
	op.Attempt, op.Client, op.At = m.Epoch, client(m), m.At
	if op.Call == 0 {
		op.Call = m.From
	}
	if op.Return == 0 {
		op.Return = m.To
	}
	if m.Lost && op.Outcome == linearizability.Known {
		op.Outcome = linearizability.Unknown
	}
	r.h.Ops = append(r.h.Ops, op)
	return len(r.h.Ops) - 1
}

// client is a sequential actor: a machine in one attempt.
func client(m *engine.Moment) int { return int(m.Epoch)<<10 | (m.Machine + 1) }

func (r *recorder) begin(kind linearizability.Kind, key openOp, op linearizability.Op, m *engine.Moment) {
	op.Kind, op.Attempt, op.Client, op.Call, op.At = kind, m.Epoch, client(m), m.From, m.At
	r.open[key] = &op
}

// end closes an operation that began in an earlier step; nil when none did.
func (r *recorder) end(key openOp, m *engine.Moment) *linearizability.Op {
	op := r.open[key]
	if op == nil {
		return nil
	}
	delete(r.open, key)
	op.Return, op.At = m.To, m.At
	if m.Lost {
		op.Outcome = linearizability.Unknown
	}
	r.h.Ops = append(r.h.Ops, *op)
	return &r.h.Ops[len(r.h.Ops)-1]
}

func (r *recorder) note(m *engine.Moment, n engine.Note, l *life) {
	ck := openOp{m.Epoch, m.Machine, linearizability.Snap, n.Ckpt}
	switch n.Point {
	case engine.AtTriggered:
		r.add(linearizability.Op{Kind: linearizability.Trigger, Ckpt: n.Ckpt}, m)
		r.times(m.Epoch, n.Ckpt).Triggered = m.At
	case engine.AtBarrier:
		if t := r.times(m.Epoch, n.Ckpt); t.Barrier < 0 {
			t.Barrier = m.At
		}
		r.barriers[ck] = m.From
	case engine.AtSynced:
		r.times(m.Epoch, n.Ckpt).Synced = m.At
		if m.Role.Kind == engine.TaskRole {
			r.snaps[ck] = r.add(linearizability.Op{Kind: linearizability.Snap, Ckpt: n.Ckpt, Task: m.Role.Index, Call: r.barriers[ck]}, m)
		}
	case engine.AtUploaded:
		r.times(m.Epoch, n.Ckpt).Uploaded = m.At
	case engine.AtCompleted:
		r.times(m.Epoch, n.Ckpt).Completed = m.At
	case engine.AtInputPhase:
		r.input.enter(m.Role.Index, int(n.Ckpt), n.From, m.At)
	case engine.AtNotified:
		r.add(linearizability.Op{Kind: linearizability.Notify, Ckpt: n.Ckpt, Text: m.Role.String()}, m)
	default:
		r.recovering(m, n, l)
	}
}

// recovering follows the phases of a recovery.
func (r *recorder) recovering(m *engine.Moment, n engine.Note, l *life) {
	if n.Point == engine.AtDetected {
		r.ev.Recoveries = append(r.ev.Recoveries, RecoveryTimes{Epoch: m.Epoch + 1, Struck: -1, Detected: m.At, Restarting: -1, Fetched: -1, Restored: -1, Running: -1, Reprocessed: -1})
		if r.down < 0 {
			r.down = m.At
		}
		r.input.crashed(m.At)
		return
	}
	t := r.recovery(m.Epoch)
	if t == nil {
		return
	}
	switch n.Point {
	case engine.AtRestarting:
		t.Restarting = m.At
		if old := r.lives[m.Epoch-1]; old != nil {
			old.restarted = m.From
		}
	case engine.AtFetched:
		t.Fetched, t.Ckpt = m.At, n.Ckpt
	case engine.AtRestored:
		t.Restored, t.Ckpt = m.At, n.Ckpt
	case engine.AtRunning:
		t.Running, t.Ckpt = m.At, n.Ckpt
		l.restored = n.Ckpt
		r.outages = append(r.outages, [2]int64{r.down, m.At})
		r.input.down(m.At - r.down)
		r.down = -1
		r.end(openOp{m.Epoch, m.Machine, linearizability.Recover, 0}, m)
		r.replay(t)
	}
}

func (r *recorder) recovery(epoch int64) *RecoveryTimes {
	for i := len(r.ev.Recoveries) - 1; i >= 0; i-- {
		if r.ev.Recoveries[i].Epoch == epoch {
			return &r.ev.Recoveries[i]
		}
	}
	return nil
}

// replay counts what has to be applied again.
func (r *recorder) replay(t *RecoveryTimes) {
	var kept int64
	for _, off := range r.cut {
		kept += off
	}
	t.Replayed = max(0, r.applied-kept)
	r.lag, r.applied = t.Replayed, kept
	r.input.rewound(r.cut)
	if r.lag == 0 {
		t.Reprocessed = t.Running
	}
}

func (r *recorder) times(epoch, ckpt int64) *CheckpointTimes {
	at, ok := r.ckpts[[2]int64{epoch, ckpt}]
	if !ok {
		at = len(r.ev.Checkpoints)
		r.ckpts[[2]int64{epoch, ckpt}] = at
		r.ev.Checkpoints = append(r.ev.Checkpoints, CheckpointTimes{Ckpt: ckpt, Epoch: epoch, Triggered: -1, Barrier: -1, Synced: -1, Uploaded: -1, Completed: -1})
	}
	return &r.ev.Checkpoints[at]
}

// finish closes what was never answered and puts the operations in order.
func (r *recorder) finish(now int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, op := range r.open { // the order does not show: Ops are sorted below
		if key.kind == linearizability.Read {
			continue // a question without an answer says nothing
		}
		op.Outcome = linearizability.Unknown
		r.h.Ops = append(r.h.Ops, *op)
	}
	clear(r.open)
	slices.SortStableFunc(r.h.Ops, func(a, b linearizability.Op) int {
		return cmp.Or(cmp.Compare(a.Call, b.Call), cmp.Compare(a.Return, b.Return), cmp.Compare(a.Client, b.Client), cmp.Compare(turn(a.Kind), turn(b.Kind)), cmp.Compare(a.Ckpt, b.Ckpt))
	})
	r.attempts()
	r.h.Hits = map[string]int64{}
	for p, n := range r.hits {
		if p > 0 {
			r.h.Hits[engine.Point(p).String()] = n
		}
	}
	r.input.close(r.last)
	r.ev.Stretches, r.h.Measured = r.input.all, measuredRecords(r.input.all)
	r.ev.Accesses, r.ev.Asking, r.ev.Fired = r.asked.results(), r.asked.made, r.asked.fired
	if r.first >= 0 {
		r.ev.Took, r.ev.Busy = seconds(r.last-r.first), seconds(r.busy(now))
	}
}

// busy is how long the job ran from the first record to the last one: an outage before there was any, or behind all, takes nothing of it.
func (r *recorder) busy(now int64) int64 {
	if r.down >= 0 {
		r.outages = append(r.outages, [2]int64{r.down, now})
	}
	n := r.last - r.first
	for _, o := range r.outages {
		n -= max(0, min(o[1], r.last)-max(o[0], r.first))
	}
	return n
}

// turn orders the operations of one step. What a batch, its timers and its watermark did stays in the order in which it was told.
func turn(k linearizability.Kind) linearizability.Kind {
	if k == linearizability.Alarm || k == linearizability.Mark {
		return linearizability.Apply
	}
	return k
}

// attempts lists the lives and their fences. One that the plan lets live on is a zombie: it is fenced by the takeover, not by its death. Any
// other that is still heard of after the next began has no business to, and the fence says so.
func (r *recorder) attempts() {
	for epoch := int64(1); r.lives[epoch] != nil; epoch++ {
		l := r.lives[epoch]
		a := linearizability.Attempt{Epoch: epoch, Start: l.start, Restored: l.restored}
		if epoch == 1 && a.Restored < 0 {
			a.Restored = 0
		}
		if a.Fence = l.restarted; l.spared {
			a.Zombie, a.Fence = true, 0
			for later := epoch + 1; r.lives[later] != nil && a.Fence == 0; later++ {
				a.Fence = r.lives[later].tookOver
			}
		}
		r.h.Attempts = append(r.h.Attempts, a)
	}
}
