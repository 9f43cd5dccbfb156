package sim

import (
	"errors"
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// Options are what a run is made of.
type Options struct {
	Job      engine.Job
	Blobs    backends.Blobs
	Restart  engine.Restart
	Inject   engine.Injector // nil: nothing goes wrong but for Chaos
	Observe  engine.Observer // nil: nobody is told
	Planted  *engine.Planted // a bug of the supervisor; nil: none
	Capacity int             // batches in a channel; 0: 2
	StepsMax int             // actions after which the run is given up; 0: 200,000
	Chaos    Chaos
}

// Chaos is what storage may do, by lane Store, with operations that the injector leaves alone. Fail, and what follows it, are errors
// that the machine is told.
type Chaos struct {
	Slow      bool // the operation takes effect up to SlowMax later
	Fail      bool // it does not happen
	Ambiguous bool // it happens, and the machine is told that this is unknown
	Late      bool // the machine is told so, and it happens up to LateMax afterwards
	Torn      bool // the machine is told so, and half of the bytes are stored
}

const (
	SlowMax   = 300  // microseconds
	LateMax   = 2000 // microseconds
	OrphanMax = 1000 // microseconds after its machine's death that an operation may take effect
)

// A Result says how a run ended. Err is nil if and only if Over.
type Result struct {
	Trace    uint64 // of everything that happened, in order
	Steps    int    // actions; most are steps of machines
	Attempts int
	Err      error // why the job failed, or that it did not end
	Over     bool  // the job ended as it should
	Now      int64 // microseconds, virtual
	Fates    [engine.OpTorn + 1]int
	Slow     int // operations that were delayed
	Orphans  int // operations that took effect after the death of their machine, or after their error
}

// Run runs a job to its end. It returns when the job is over, has failed for good, or makes no progress any more.
func Run(o Options, ch *Choices) *Result {
	if o.Capacity <= 0 {
		o.Capacity = 2
	}
	if o.StepsMax <= 0 {
		o.StepsMax = 200_000
	}
	if o.Inject == nil {
		o.Inject = engine.NoFaults{}
	}
	w := &world{Options: o, ch: ch, sup: engine.Supervisor{Restart: o.Restart, Planted: o.Planted}}
	w.run()
	w.finish()
	return &w.res
}

// world is a run under way: every machine that lives, of whatever attempt, and every operation that has not ended.
type world struct {
	Options
	ch       *Choices
	sup      engine.Supervisor
	res      Result
	now      int64
	tickets  int64
	attempts []*attempt // that have machines
	nodes    []*node    // all machines that live
	last     int        // the node that acted last
	orphans  []*flight  // operations whose machine is dead, or has been told an error
	free     []*flight
	ended    bool
	closing  error // of stores

	ev      engine.Event
	moment  engine.Moment
	note    [1]engine.Note
	strikes []engine.Strike
}

func (w *world) run() {
	for !w.ended {
		if w.res.Steps >= w.StepsMax {
			w.fail(fmt.Errorf("the job did not end within %d steps", w.StepsMax))
			return
		}
		if a := w.sup.Alarm(); a >= 0 && a <= w.now {
			w.supervise()
			continue
		}
		if a := w.Inject.Alarm(); a != 0 && a <= w.now && w.sup.Lives() {
			w.tick()
			continue // what it struck may be for the supervisor, now
		}
		n := w.gather()
		if n == 0 {
			if !w.jump() {
				w.fail(errors.New("nothing can happen any more, and the job has not ended"))
			}
			continue
		}
		pick := w.ch.Pick(Sched, n)
		w.mix(uint64(pick)<<32 | uint64(n))
		w.act(pick)
		w.now++
		w.res.Steps++
	}
}

func (w *world) fail(err error) { w.res.Err, w.ended = err, true }

// finish stops what still lives. What was under way is dropped: nobody would see it.
func (w *world) finish() {
	for len(w.attempts) > 0 {
		w.stop(w.attempts[0], false)
	}
	w.res.Now = w.now
	if w.res.Err == nil && w.closing != nil {
		w.res.Err, w.res.Over = w.closing, false
	}
}

// supervise does what the supervisor says is to be done now.
func (w *world) supervise() {
	turn, err := w.sup.Next(w.now)
	w.mix(uint64(turn)<<48 | uint64(w.sup.Epoch))
	switch turn {
	case engine.End:
		w.fail(err)
	case engine.Detect:
		strikes := w.supervised(engine.AtDetected)
		w.strike(strikes, w.sup.Epoch, engine.Role{Kind: engine.SupervisorRole})
		w.detected()
	case engine.Begin:
		var strikes []engine.Strike
		if w.sup.Epoch > 1 {
			strikes = w.supervised(engine.AtRestarting)
		}
		w.begin()
		w.strike(strikes, w.sup.Epoch, engine.Role{Kind: engine.SupervisorRole})
	}
}

// detected stops the newest attempt, unless it is a zombie now.
func (w *world) detected() {
	a := w.attempt(w.sup.Epoch)
	switch {
	case a == nil:
	case w.sup.Spared():
		w.moment = w.supervisor()
		w.moment.Facts = []engine.Fact{{Kind: engine.Spared}}
		w.tell()
	case w.sup.Stops():
		w.stop(a, true)
	}
}

// supervised tells of a point that the supervisor passed.
func (w *world) supervised(p engine.Point) []engine.Strike {
	w.note[0] = engine.Note{Point: p}
	w.moment = w.supervisor()
	w.moment.Notes = w.note[:]
	return w.tell()
}

// supervisor is a moment of the driver's own.
func (w *world) supervisor() engine.Moment {
	return engine.Moment{From: w.ticket(), To: w.ticket(), At: w.now, Epoch: w.sup.Epoch, Machine: -1, Role: engine.Role{Kind: engine.SupervisorRole}}
}

// begin starts the newest attempt.
func (w *world) begin() {
	g, err := w.Job(w.sup.Epoch)
	if err != nil {
		w.fail(fmt.Errorf("start attempt %d: %w", w.sup.Epoch, err))
		return
	}
	w.res.Attempts++
	a := newAttempt(w.sup.Epoch, g)
	w.attempts = append(w.attempts, a)
	w.last = len(w.nodes)
	w.nodes = append(w.nodes, a.nodes...)
}

// tick lets a fault strike that is addressed by the clock.
func (w *world) tick() {
	k, ok := w.Inject.Tick(w.now)
	if !ok {
		return
	}
	w.mix(uint64(k.Do)<<56 | uint64(w.now))
	w.strikes = append(w.strikes[:0], k)
	w.strike(w.strikes, w.sup.Epoch, engine.Role{Kind: engine.SupervisorRole})
}

func (w *world) ticket() int64 {
	w.tickets++
	return w.tickets
}

func (w *world) attempt(epoch int64) *attempt {
	for _, a := range w.attempts {
		if a.epoch == epoch {
			return a
		}
	}
	return nil
}

// tell asks the injector about the notes of the moment, tells the observer, and returns what strikes. The slice is valid until the next
// call.
func (w *world) tell() []engine.Strike {
	m := &w.moment
	w.strikes = w.strikes[:0]
	for _, n := range m.Notes {
		w.mix(uint64(n.Point)<<56 ^ uint64(n.Ckpt))
		if k, ok := w.Inject.Noted(m, n); ok {
			w.mix(uint64(k.Do)<<56 ^ uint64(k.Delay))
			w.strikes = append(w.strikes, k)
			m.Lost = m.Lost || k.Drops(m)
		}
	}
	for i := range m.Facts {
		w.mixFact(&m.Facts[i])
	}
	if w.Observe != nil && len(m.Notes)+len(m.Facts) > 0 {
		w.Observe.Observe(m)
	}
	return w.strikes
}

// strike kills. by is who passed the point.
func (w *world) strike(strikes []engine.Strike, epoch int64, by engine.Role) {
	for _, k := range strikes {
		k = k.Aim(by)
		a := w.attempt(epoch)
		if a == nil {
			return // nobody is left to strike
		}
		switch k.Do {
		case engine.KillAll:
			w.stop(a, true)
		case engine.Kill:
			i := a.graph.Find(k.Target)
			if i < 0 || a.nodes[i] == nil {
				continue
			}
			w.kill(a.nodes[i], true)
		}
		w.sup.Struck(epoch, k, w.now)
	}
}
