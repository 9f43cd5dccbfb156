package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
)

// Options are what a run is made of.
type Options struct {
	Job      engine.Job
	Blobs    backends.Blobs
	Restart  engine.Restart
	Inject   engine.Injector // nil: nothing goes wrong on purpose
	Observe  engine.Observer // nil: nobody is told
	Planted  *engine.Planted // a bug of the supervisor; nil: none
	Capacity int             // batches in a channel; 0: 16
	Log      *slog.Logger    // nil: nothing is logged
}

// A Result says how a run ended.
type Result struct {
	Steps    int64 // of machines
	Attempts int
	Over     bool  // the job ended as it should
	Now      int64 // microseconds that the run took, without what was waited for at its end
}

// Run runs a job until it is over, has failed for good, or ctx is done. Then it stops every machine and waits for every operation under way,
// late effects included; when ctx is done it does not wait for what is only delayed. The Result is never nil.
func Run(ctx context.Context, o Options) (*Result, error) {
	if o.Capacity <= 0 {
		o.Capacity = 16
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if _, calm := o.Inject.(engine.NoFaults); calm {
		o.Inject = nil
	}
	r := &run{Options: o, ctx: ctx, begin: time.Now(), sup: engine.Supervisor{Restart: o.Restart, Planted: o.Planted}, quit: make(chan struct{}), bell: make(chan struct{}, 1)}
	r.watched = o.Inject != nil || o.Observe != nil
	err := r.supervise()
	r.res.Now = r.now()
	close(r.quit)
	for len(r.attempts) > 0 {
		r.stop(r.attempts[0])
	}
	r.ops.Wait()
	if err == nil {
		err = r.closing
	}
	r.res.Over = err == nil
	return &r.res, err
}

// run is a run under way. Its goroutine is the supervisor's: only it starts and stops attempts.
type run struct {
	Options
	ctx      context.Context
	begin    time.Time
	watched  bool // somebody is told of moments, so tickets are taken
	tickets  atomic.Int64
	sup      engine.Supervisor
	res      Result
	attempts []*attempt // that were not stopped
	over     bool

	ops  sync.WaitGroup // operations, and what closes attempts behind theirs
	quit chan struct{}  // closed when nothing more is to happen

	injecting sync.Mutex // Inject is asked by one goroutine at a time
	mu        sync.Mutex
	news      []news
	closing   error
	bell      chan struct{} // there is news
}

// news is what a machine's goroutine has for the supervisor: that it ended, or that a strike took place.
type news struct {
	a      *attempt
	at     int64
	over   bool
	err    error
	strike engine.Strike
}

func (r *run) now() int64 { return time.Since(r.begin).Microseconds() }

// post never blocks: nobody may be listening any more.
func (r *run) post(n news) {
	r.mu.Lock()
	r.news = append(r.news, n)
	r.mu.Unlock()
	select {
	case r.bell <- struct{}{}:
	default:
	}
}

// supervise waits for news, for the time of what follows a failure, and for the time of faults. It returns how the run ended.
func (r *run) supervise() error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		if err := r.turns(); err != nil || r.over {
			return err
		}
		timer.Reset(r.nap())
		select {
		case <-r.ctx.Done():
		case <-r.bell:
			r.hear()
		case <-timer.C:
			r.tick()
		}
		if r.over {
			return nil
		}
	}
}

// nap is how long nothing is to be done, but for news.
func (r *run) nap() time.Duration {
	at := r.sup.Alarm()
	if a := r.alarm(); a != 0 && (at < 0 || a < at) {
		at = a
	}
	if at < 0 {
		return time.Hour
	}
	return time.Until(r.begin.Add(time.Duration(at) * time.Microsecond))
}

// alarm is when a fault by the clock may strike, 0 for never.
func (r *run) alarm() int64 {
	if r.Inject == nil || !r.sup.Lives() {
		return 0
	}
	r.injecting.Lock()
	defer r.injecting.Unlock()
	return r.Inject.Alarm()
}

func (r *run) tick() {
	now := r.now()
	a := r.attempt(r.sup.Epoch)
	if at := r.alarm(); at == 0 || at > now || a == nil {
		return
	}
	r.injecting.Lock()
	k, ok := r.Inject.Tick(now)
	r.injecting.Unlock()
	if ok {
		a.strike(k, engine.Role{Kind: engine.SupervisorRole})
		r.hear()
	}
}

func (r *run) hear() {
	r.mu.Lock()
	all := r.news
	r.news = nil
	r.mu.Unlock()
	for _, n := range all {
		switch {
		case n.over && r.sup.Over(n.a.epoch):
			r.over = true
		case n.over:
			r.stop(n.a)
		case n.err != nil:
			r.logFailure(n)
			if r.sup.Failed(n.a.epoch, n.err, n.at) {
				r.stop(n.a)
			}
		default:
			r.sup.Struck(n.a.epoch, n.strike, n.at)
		}
	}
}

func (r *run) logFailure(n news) {
	log := r.Log.With("attempt", n.a.epoch, "error", n.err)
	if p := (*engine.Panicked)(nil); errors.As(n.err, &p) {
		log = log.With("stack", string(p.Stack))
	}
	log.Warn("machine failed")
}

// turns does what the supervisor says is to be done now.
func (r *run) turns() error {
	for !r.over {
		turn, err := r.sup.Next(r.now())
		switch turn {
		case engine.Begin:
			if err := r.start(); err != nil {
				return err
			}
		case engine.Detect:
			r.detect()
		case engine.End:
			return err
		default:
			if a := r.sup.Alarm(); a < 0 || a > r.now() {
				return nil
			}
		}
	}
	return nil
}

// start begins the newest attempt.
func (r *run) start() error {
	var strikes []engine.Strike
	if r.sup.Epoch > 1 {
		strikes = r.pass(engine.AtRestarting)
	}
	g, err := r.Job(r.sup.Epoch)
	if err != nil {
		return fmt.Errorf("start attempt %d: %w", r.sup.Epoch, err)
	}
	r.res.Attempts++
	r.Log.Info("attempt starts", "attempt", r.sup.Epoch)
	a := newAttempt(r, r.sup.Epoch, g)
	r.attempts = append(r.attempts, a)
	a.start()
	for _, k := range strikes {
		a.strike(k, engine.Role{Kind: engine.SupervisorRole})
	}
	r.hear()
	return nil
}

// detect stops the newest attempt, unless it is a zombie now.
func (r *run) detect() {
	r.Log.Warn("attempt failed", "attempt", r.sup.Epoch, "cause", r.sup.Cause())
	a := r.attempt(r.sup.Epoch)
	for _, k := range r.pass(engine.AtDetected) {
		if a != nil {
			a.strike(k, engine.Role{Kind: engine.SupervisorRole})
		}
	}
	r.hear()
	switch {
	case a == nil:
	case r.sup.Spared():
		r.told(nil, []engine.Fact{{Kind: engine.Spared}})
	case r.sup.Stops():
		r.stop(a)
	}
}

// pass tells of a point that the supervisor passed.
func (r *run) pass(p engine.Point) []engine.Strike { return r.told([]engine.Note{{Point: p}}, nil) }

// told tells of what the driver itself did.
func (r *run) told(notes []engine.Note, facts []engine.Fact) []engine.Strike {
	if !r.watched {
		return nil
	}
	m := engine.Moment{From: r.tickets.Add(1), To: r.tickets.Add(1), At: r.now(), Epoch: r.sup.Epoch, Machine: -1,
		Role: engine.Role{Kind: engine.SupervisorRole}, Notes: notes, Facts: facts}
	return r.tell(&m, nil)
}

// tell asks the injector about the notes of a moment and tells the observer. It appends what strikes.
func (r *run) tell(m *engine.Moment, strikes []engine.Strike) []engine.Strike {
	if r.Inject != nil && len(m.Notes) > 0 {
		r.injecting.Lock()
		for _, n := range m.Notes {
			if k, ok := r.Inject.Noted(m, n); ok {
				strikes = append(strikes, k)
				m.Lost = m.Lost || k.Drops(m)
			}
		}
		r.injecting.Unlock()
	}
	if r.Observe != nil && len(m.Notes)+len(m.Facts) > 0 {
		r.Observe.Observe(m)
	}
	return strikes
}

func (r *run) attempt(epoch int64) *attempt {
	for _, a := range r.attempts {
		if a.epoch == epoch {
			return a
		}
	}
	return nil
}
