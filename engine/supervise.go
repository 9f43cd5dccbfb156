package engine

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/weirbench/weir/backends"
)

// A Supervisor says what follows when attempts of a job fail. It is passive, as machines are: its driver tells it what happened, asks Next
// what is to be done now, and stops and starts machines itself. One goroutine at a time uses it.
type Supervisor struct {
	Restart Restart
	Planted *Planted // nil: no bug
	Epoch   int64    // of the newest attempt; 0 before the first

	panics int // attempts in a row that ended with a panic
	state  standing
	at     int64 // when a doomed attempt is detected, when the next begins
	cause  error
	zombie bool // the newest attempt was declared dead, and its machines live on
}

type standing uint8

const (
	unborn standing = iota
	living
	doomed  // the attempt failed, nobody knows yet
	judged  // the failure is detected, the restart strategy was not asked yet
	waiting // for the delay of the restart strategy
	ended
)

// Turn is what a driver is to do.
type Turn uint8

const (
	Rest   Turn = iota // nothing, until Alarm
	Begin              // note AtRestarting unless it is the first attempt, then start the attempt Epoch
	Detect             // note AtDetected, then tell of Spared, or stop the machines of the attempt Epoch if Stops
	End                // the run has failed, with the error
)

// Next says what is to be done at now. A driver calls it until it says Rest or End.
func (s *Supervisor) Next(now int64) (Turn, error) {
	switch {
	case s.state == unborn, s.state == waiting && s.at <= now:
		s.Epoch, s.state, s.zombie, s.cause = s.Epoch+1, living, false, nil
		return Begin, nil
	case s.state == doomed && s.at <= now:
		s.state = judged
		return Detect, nil
	case s.state == judged:
		return s.judge(now)
	}
	return Rest, nil
}

// panicsMax is how many attempts in a row may end with a panic. Flink would go on for ever if no restart strategy was chosen; but a test has its
// answer when the code of a job or of a backend panics as often as that, with nothing of the plan's in between.
const panicsMax = 20

func (s *Supervisor) judge(now int64) (Turn, error) {
	if fatal := (*Fatal)(nil); errors.As(s.cause, &fatal) {
		s.state = ended
		return End, fmt.Errorf("attempt %d: %w", s.Epoch, s.cause)
	}
	delay, why := s.Restart.Next(now)
	if s.panicked() && why == "" {
		why = fmt.Sprintf("it is the %dth in a row that panicked", s.panics)
	}
	if why != "" {
		s.state = ended
		return End, fmt.Errorf("attempt %d: %w; no other follows: %s", s.Epoch, s.cause, why)
	}
	s.state, s.at = waiting, now+max(0, delay)
	return Rest, nil
}

// panicked counts attempts in a row that panicked, and tells whether that were too many.
func (s *Supervisor) panicked() bool {
	if p := (*Panicked)(nil); !errors.As(s.cause, &p) {
		s.panics = 0
		return false
	}
	s.panics++
	return s.panics >= panicsMax
}

// Alarm is when Next will have something to say, -1 if only an event can bring that about.
func (s *Supervisor) Alarm() int64 {
	switch s.state {
	case unborn, judged:
		return 0
	case doomed, waiting:
		return s.at
	}
	return -1
}

// Failed tells that a machine of an attempt ended with err. alone: the attempt is not the one that counts, a zombie's failure is its own
// affair, and its driver stops its other machines now.
func (s *Supervisor) Failed(epoch int64, err error, now int64) (alone bool) {
	if !s.counts(epoch) {
		return true
	}
	s.doom(err, now)
	return false
}

// Aim returns the strike with its target: where it names none, who passed the point. What the supervisor passes is the whole attempt's.
func (k Strike) Aim(by Role) Strike {
	if !k.Aimed {
		k.Target, k.Aimed = by, true
		if by.Kind == SupervisorRole && k.Do == Kill {
			k.Do = KillAll
		}
	}
	return k
}

// Struck tells that an aimed strike took place in an attempt. One that found nobody to kill did not.
func (s *Supervisor) Struck(epoch int64, k Strike, now int64) {
	if epoch != s.Epoch || k.Do == Nothing {
		return
	}
	cause := fmt.Sprintf("%s was killed", k.Target)
	switch k.Do {
	case KillAll:
		cause = "every machine was killed"
	case Zombie:
		s.zombie = true
		cause = "it was declared dead while its machines lived on"
	}
	s.doom(&Felled{cause}, now+max(0, k.Delay))
}

// A Felled is the error of an attempt that a fault ended.
type Felled struct{ By string }

func (f *Felled) Error() string { return f.By }

// doom keeps the first cause, unless a later one rules out any restart, and the earliest time.
func (s *Supervisor) doom(cause error, at int64) {
	switch s.state {
	case living:
		s.state, s.cause, s.at = doomed, cause, at
	case doomed:
		s.at = min(s.at, at)
		if fatal := (*Fatal)(nil); errors.As(cause, &fatal) {
			s.cause = cause
		}
	}
}

// Over tells whether the run ends well when a machine of this attempt says that the job is over. A zombie ends only itself.
func (s *Supervisor) Over(epoch int64) bool {
	return s.counts(epoch) && (s.state == living || s.state == doomed)
}

// counts tells whether an attempt is the newest and was not declared dead.
func (s *Supervisor) counts(epoch int64) bool { return epoch == s.Epoch && !s.zombie }

// Spared tells whether the machines of the newest attempt live on behind its failure, as a fault wants it.
func (s *Supervisor) Spared() bool { return s.zombie }

// Stops tells whether those of an attempt that failed are to be stopped now.
func (s *Supervisor) Stops() bool { return !s.zombie && !s.Planted.Is("attempt-not-stopped") }

// Lives tells whether the newest attempt can be struck: it was started and has not failed yet.
func (s *Supervisor) Lives() bool { return s.state == living }

// Cause is why the newest attempt failed, nil while it has not.
func (s *Supervisor) Cause() error { return s.cause }

// Drops tells whether a strike at m takes the effects of its step away. Only a machine that dies can lose them: of one that lives on, what it
// did would be torn in two.
func (k *Strike) Drops(m *Moment) bool {
	return k.Lost && (k.Do == KillAll || k.Do == Kill && (!k.Aimed || k.Target == m.Role))
}

// A Panicked is the error of code that panicked, and where it did. The stack is for people and for the log: it differs between builds.
type Panicked struct {
	Value any
	Stack []byte
}

func (p *Panicked) Error() string { return fmt.Sprint("panic: ", p.Value) }

// Unwrap is the panic's value if that is an error.
func (p *Panicked) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Take steps m. When it panics, that is its error, and nothing else of the step is kept.
func Take(m Machine, ev *Event, fx *Effects) {
	defer func() {
		if v := recover(); v != nil {
			fx.Reset()
			fx.Err = &Panicked{v, debug.Stack()}
		}
	}()
	m.Step(ev, fx)
}

// EncodePiece appends the next piece of a body. A panic is an error: then the operation did not happen.
func EncodePiece(body Body, b []byte) (out []byte, more bool, err error) {
	defer func() {
		if v := recover(); v != nil {
			out, more, err = b, false, &Panicked{v, debug.Stack()}
		}
	}()
	return body.Encode(b)
}

// Writes tells whether an operation changes what is stored. Of one that does not, no outcome can be unknown.
func (v Verb) Writes() bool { return v == Put || v == PutNew || v == Delete }

var verbNames = [...]string{"put", "put new", "get", "get part of", "delete", "list", "scan"}

func (v Verb) String() string { return verbNames[v] }

// Befall does what Apply does, or what a fate wants instead. late: the effect is yet to come, and Apply with the same payload is it.
func Befall(b backends.Blobs, op *Op, payload []byte, fate FateKind) (r Result, late bool) {
	if fate != OpFine && !op.Verb.Writes() {
		fate = OpFailed
	}
	switch fate {
	case OpFine:
		return Apply(b, op, payload), false
	case OpApplied:
		Apply(b, op, payload)
	case OpTorn:
		Tear(b, op, payload)
	}
	r = Result{Tag: op.Tag, Verb: op.Verb, Name: op.Name, Body: op.Body}
	if fate == OpFailed {
		r.Err = fmt.Errorf("%s %s: the storage refused", op.Verb, op.Name)
	} else {
		r.Err = fmt.Errorf("%s %s: no answer from the storage: %w", op.Verb, op.Name, backends.ErrUnknown)
	}
	return r, fate == OpLate
}
