package engine

import (
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// A TimerEvent is something that became of one timer. Timers are told apart by their ID and their time.
type TimerEvent struct {
	What TimerWhat
	// Processing: it is a timer of processing time, not of event time.
	Processing bool
	ID         uint64 // a hash of the name of its service, its key and its namespace
	At         int64  // its time
	Key        []byte // the encoded key; valid until the Observer returns
}

// TimerWhat says what became of a timer.
type TimerWhat uint8

const (
	TimerRegistered TimerWhat = iota // whether it was there or not
	TimerDeleted                     // whether it was there or not
	TimerFired
)

// Armed is a sum over timers that depends on nothing but which they are: a set of timers to be compared with another.
type Armed struct {
	N   int64
	Sum uint64
}

// Add adds a timer.
func (a *Armed) Add(id uint64, at int64) {
	a.N++
	a.Sum += TimerSum(id, at)
}

// TimerSum is what a timer adds to the Sum of an Armed. Who judges what was told computes it again.
func TimerSum(id uint64, at int64) uint64 {
	x := id ^ uint64(at)*0x9E3779B97F4A7C15
	x = (x ^ x>>32) * 0xD6E8FEB86659FD93
	return (x ^ x>>29) * 0xBF58476D1CE4E5B9
}

// TimerID makes the ID of a timer from the name of its service and the bytes of its entry behind the time.
func TimerID(service string, rest []byte) uint64 {
	hi, lo := mixString(1, 0x9E3779B97F4A7C15, service)
	_, lo = mixBytes(hi, lo, rest)
	return lo
}

// A ledger is what the timers of a task have to tell of a step. A nil one is told nothing.
type ledger struct {
	services []string // all are known once the task has started
	clocked  []string // of these: those of processing time
	mask     uint32   // keys whose hash has any of these bits are left out
	events   []TimerEvent
	left     int // of events: how many are in facts of this step
	keys     []byte
	scratch  []byte

	planted *Planted
	met     int // timers, for planted bugs; of the goroutine that encodes
}

// newLedger is nil unless the plan tracks.
func newLedger(s *Spec) *ledger {
	if !s.Track {
		return nil
	}
	return &ledger{mask: s.TimersMask, planted: s.Planted}
}

// whole tells whether it hears of every timer there is.
func (t *ledger) whole() bool { return t != nil && t.mask == 0 && len(t.services) > 0 }

// leave makes a fact of what was told in a step, at a watermark or, of timers of processing time, at a time.
func (t *ledger) leave(at int64, fx *Effects) {
	if t != nil && len(t.events) > t.left {
		fx.Fact(Fact{Kind: Alarmed, Mark: at, Timers: t.events[t.left:]})
		t.left = len(t.events)
	}
}

// begin forgets what an earlier step told.
func (t *ledger) begin() {
	if t != nil {
		t.events, t.left, t.keys = t.events[:0], 0, t.keys[:0]
	}
}

// count adds an entry of a snapshot to a, if it is a timer of one of the services.
func (t *ledger) count(a *Armed, e *backends.Entry) error {
	if !t.lists(e) {
		return nil
	}
	at, rest, err := tables.CutTimer(e)
	if err != nil {
		return err
	}
	a.Add(TimerID(e.State, rest), at)
	return nil
}

// lists tells whether an entry is a timer of one of the services.
func (t *ledger) lists(e *backends.Entry) bool {
	return t != nil && slices.Contains(t.services, e.State)
}

// byClock tells whether an entry that it lists is a timer of processing time.
func (t *ledger) byClock(e *backends.Entry) bool { return slices.Contains(t.clocked, e.State) }

// loses is a planted bug: a timer that a checkpoint leaves out.
func (t *ledger) loses(e *backends.Entry) bool {
	if t == nil || t.planted == nil || !t.lists(e) {
		return false
	}
	t.met++
	return t.met%3 == 0 && t.planted.Is(ofTime("timer-lost-at-snapshot", t.byClock(e)))
}

// A watched set of timers tells what becomes of them.
type watched interface {
	watch(to *ledger, processing bool)
}

func (t *TimerService[K, N, R]) watch(to *ledger, processing bool) {
	t.ledger, t.processing = to, processing
	if to.services = append(to.services, t.name); processing {
		to.clocked = append(to.clocked, t.name)
	}
}

// tell tells what became of a timer of a key.
func (t *TimerService[K, N, R]) tell(what TimerWhat, k *backends.Key[K], at int64, ns N) {
	to := t.ledger
	if k.Hash&to.mask != 0 {
		return
	}
	to.scratch = t.key.Append(to.scratch[:0], k.K, ns)
	from := len(to.keys)
	to.keys = t.codec.Append(to.keys, k.K)
	to.events = append(to.events, TimerEvent{what, t.processing, TimerID(t.name, to.scratch), at, to.keys[from:len(to.keys):len(to.keys)]})
}
