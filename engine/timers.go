package engine

import (
	"math"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// FireMax bounds what one step fires, and so what it sends.
const FireMax = 64

// Timers are an operator's of one kind of time, whatever their namespace, as a task sees them. A *TimerService is one.
type Timers[K comparable, R any] interface {
	// Head is the earliest time.
	Head() (at int64, ok bool)
	// Fire takes timers of at most until, at most FireMax of them, and calls the operator for each in the order of time, with the timer's
	// key current. It answers how many fired; less than FireMax may still mean that more are due. The store's batch has begun.
	Fire(until int64, out *Out[K, R]) (fired int)
}

// A TimerService is a set of timers and what happens when they fire. Operators register and delete through it, also while it fires: a timer
// that is due and deleted before its turn does not fire, and one registered for an earlier time fires before the later ones that are due.
type TimerService[K, N comparable, R any] struct {
	keys    *backends.Keys[K]
	timers  tables.Timers[K, N]
	onTimer func(at int64, ns N, out *Out[K, R])

	due    []backends.Timer[K, N]
	gone   []bool // by place in due: deleted before its turn
	batch  []backends.Key[K]
	turn   int   // the place in due that fires; what is before it has fired
	firing bool  // due holds timers
	least  int64 // the earliest that was registered meanwhile

	name       string
	codec      tables.KeyType[K]
	key        tables.TimerKey[K, N]
	ledger     *ledger // nil: nothing is to be told
	processing bool    // for telling, and for planted bugs: they are of processing time

	planted *Planted
	taken   int // timers, for planted bugs
}

func (t *TimerService[K, N, R]) plant(p *Planted, processing bool) {
	t.planted, t.processing = p, processing
}

// bug tells whether a bug is planted in the timers of this kind of time.
func (t *TimerService[K, N, R]) bug(name string) bool {
	return t.planted != nil && t.planted.Is(ofTime(name, t.processing))
}

// ofTime is the name of a bug of timers where it sits in those of processing time or of event time.
func ofTime(name string, processing bool) string {
	if processing {
		return "processing-" + name
	}
	return name
}

// OpenTimers opens a set of timers in a scope's store. fire is called with the timer's key current.
func OpenTimers[K, N comparable, R any](s *tables.Scope[K], name string, ns tables.Namespace[N], fire func(at int64, ns N, out *Out[K, R])) (*TimerService[K, N, R], error) {
	t, err := tables.OpenTimers(s, name, ns)
	return &TimerService[K, N, R]{keys: s.Keys, timers: t, onTimer: fire, name: name, codec: s.Codec, key: tables.NewTimerKey(s, ns)}, err
}

// Register registers a timer of the current key; again, it changes nothing.
func (t *TimerService[K, N, R]) Register(at int64, ns N) {
	if t.ledger != nil {
		t.tell(TimerRegistered, t.keys.Cur(), at, ns)
	}
	if t.firing {
		if i := t.waits(at, ns); i >= 0 {
			t.gone[i] = false
			return
		}
		t.least = min(t.least, at)
	}
	t.timers.Register(at, ns)
}

// Delete deletes a timer of the current key, if there is one.
func (t *TimerService[K, N, R]) Delete(at int64, ns N) {
	if t.ledger != nil {
		t.tell(TimerDeleted, t.keys.Cur(), at, ns)
	}
	if t.firing {
		if i := t.waits(at, ns); i >= 0 {
			t.gone[i] = !t.bug("deleted-timer-fires")
			return
		}
	}
	t.timers.Delete(at, ns)
}

// waits finds a timer of the current key among those that were taken, in the order of time, and have not fired; -1 when it is not there.
func (t *TimerService[K, N, R]) waits(at int64, ns N) int {
	if n := len(t.due); n == 0 || at > t.due[n-1].At {
		return -1 // most are for later
	}
	k := t.keys.Cur()
	for i := t.turn + 1; i < len(t.due) && t.due[i].At <= at; i++ {
		if d := &t.due[i]; d.At == at && d.NS == ns && d.Key.K == k.K {
			return i
		}
	}
	return -1
}

// Head is the earliest time. It is not to be asked while timers fire.
func (t *TimerService[K, N, R]) Head() (at int64, ok bool) { return t.timers.Head() }

// Fire makes a TimerService a Timers.
func (t *TimerService[K, N, R]) Fire(until int64, out *Out[K, R]) (fired int) {
	if t.due == nil {
		t.due, t.gone = make([]backends.Timer[K, N], 0, FireMax), make([]bool, FireMax)
	}
	t.due = t.timers.Pop(t.limit(until), t.due[:0])
	if t.processing && len(t.due) > 1 && t.bug("timers-reversed") {
		slices.Reverse(t.due)
	}
	t.batch = t.batch[:0]
	for i := range t.due {
		t.batch = append(t.batch, t.due[i].Key)
		t.gone[i] = false
	}
	t.keys.Batch, t.firing, t.least = t.batch, true, math.MaxInt64
	for t.turn = 0; t.turn < len(t.due) && t.due[t.turn].At <= t.least; t.turn++ {
		if fired++; t.gone[t.turn] {
			continue
		}
		d := &t.due[t.turn]
		if t.keys.At = t.turn; t.planted != nil && t.loses() {
			continue
		}
		if t.ledger != nil {
			t.tell(TimerFired, &d.Key, d.At, d.NS)
		}
		t.onTimer(d.At, d.NS, out)
		if t.planted != nil && t.taken%23 == 0 && t.bug("timer-fires-twice") {
			t.timers.Register(d.At, d.NS)
		}
	}
	t.firing = false
	for i := t.turn; i < len(t.due); i++ { // something comes before these now
		if t.keys.At = i; !t.gone[i] {
			t.timers.Register(t.due[i].At, t.due[i].NS)
		}
	}
	return fired
}

// limit is until, or a planted bug.
func (t *TimerService[K, N, R]) limit(until int64) int64 {
	if until < EndOfTime && t.bug("timer-fires-early") {
		return until + 5
	}
	return until
}

// loses tells whether a planted bug loses the timer whose turn it is: the second one of an instant.
func (t *TimerService[K, N, R]) loses() bool {
	t.taken++
	return t.turn > 0 && t.due[t.turn-1].At == t.due[t.turn].At && t.bug("timer-of-an-instant-lost")
}
