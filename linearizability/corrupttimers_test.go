package linearizability

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
)

// timerCorruptions are what can be wrong of timers and watermarks.
func timerCorruptions() []corruption {
	timers, marks := []string{"timers"}, []string{"watermarks"}
	return []corruption{
		{"timer fired twice", timers, Fail, fireTwice},
		{"timer fired that nobody registered", timers, Fail, fireStranger},
		{"timer fired though it was deleted", timers, Fail, fireDeleted},
		{"timer fired early", timers, Fail, fireEarly},
		{"timers fired out of order", timers, Fail, fireSwapped},
		{"timer never fired", timers, Fail, dropEvent(Fired)},
		{"deletion of a timer forgotten", timers, Fail, dropEvent(Deleted)},
		{"registration of a timer lost", timers, Fail, dropEvent(Registered)},
		{"timer lost at the snapshot", timers, Fail, disarm(Snap)},
		{"timer lost at the restore", timers, Fail, disarm(Reload)},
		{"watermark of a task goes back", marks, Fail, markBack(true)},
		{"watermark of a source goes back", marks, Fail, markBack(false)},
		{"task ahead of its sources", marks, Fail, markAhead},
		{"task behind its sources at a checkpoint", marks, Fail, markLate},
		{"restored source without its watermark", marks, Fail, rewindUnmarked},
		{"restored source does not say its watermark", marks, Fail, unsaid},
		{"checkpoint without the watermark of a source", marks, Fail, cutUnmarked},
	}
}

// event picks one event of a kind, of the attempt that lived to the end when last is set, and lets do change the events of its operation.
func event(h *History, rng *rand.Rand, fits func(op *Op, at int) bool, do func(op *Op, at int)) bool {
	var all [][2]int
	for i := range h.Ops {
		if op := &h.Ops[i]; op.Kind == Alarm && known(op) {
			for at := range op.Alarms {
				if fits(op, at) {
					all = append(all, [2]int{i, at})
				}
			}
		}
	}
	if len(all) == 0 {
		return false
	}
	x := all[rng.IntN(len(all))]
	op := &h.Ops[x[0]]
	op.Alarms = slices.Clone(op.Alarms)
	do(op, x[1])
	return true
}

func fireTwice(h *History, rng *rand.Rand) bool {
	return event(h, rng, func(op *Op, at int) bool { return op.Alarms[at].What == Fired && op.Attempt == last(h) },
		func(op *Op, at int) { op.Alarms = slices.Insert(op.Alarms, at, op.Alarms[at]) })
}

func fireStranger(h *History, rng *rand.Rand) bool {
	return event(h, rng, func(op *Op, at int) bool { return op.Alarms[at].What == Fired && op.Attempt == last(h) },
		func(op *Op, at int) { op.Alarms[at].ID ^= 1 })
}

func fireDeleted(h *History, rng *rand.Rand) bool {
	return event(h, rng, func(op *Op, at int) bool { return op.Alarms[at].What == Deleted && op.Attempt == last(h) }, func(op *Op, at int) {
		e := op.Alarms[at]
		e.What = Fired
		op.Alarms = slices.Insert(op.Alarms, at+1, e)
	})
}

func fireEarly(h *History, rng *rand.Rand) bool {
	return event(h, rng, func(op *Op, at int) bool { return op.Alarms[at].What == Fired },
		func(op *Op, at int) { op.Mark = op.Alarms[at].At - 1 })
}

func fireSwapped(h *History, rng *rand.Rand) bool {
	return event(h, rng, func(op *Op, at int) bool {
		return at > 0 && op.Alarms[at].What == Fired && op.Alarms[at-1].What == Fired && op.Alarms[at].At > op.Alarms[at-1].At
	}, func(op *Op, at int) { op.Alarms[at], op.Alarms[at-1] = op.Alarms[at-1], op.Alarms[at] })
}

// dropEvent leaves out one event of a timer, in the attempt that lived to the end, whose timer nobody registers again in the same step. Of a
// registration, one of a timer that fired.
func dropEvent(what AlarmWhat) func(*History, *rand.Rand) bool {
	return func(h *History, rng *rand.Rand) bool {
		times, fired := map[timer]int{}, map[timer]bool{}
		for i := range h.Ops {
			for _, e := range h.Ops[i].Alarms {
				x := timer{e.ID, e.At}
				if e.What == Registered {
					times[x]++
				}
				fired[x] = fired[x] || e.What == Fired && h.Ops[i].Attempt == last(h)
			}
		}
		return event(h, rng, func(op *Op, at int) bool {
			e := op.Alarms[at]
			x := timer{e.ID, e.At}
			return e.What == what && op.Attempt == last(h) && times[x] == 1 && (what != Registered || fired[x])
		}, func(op *Op, at int) { op.Alarms = slices.Delete(op.Alarms, at, at+1) })
	}
}

func disarm(kind Kind) func(*History, *rand.Rand) bool {
	return func(h *History, rng *rand.Rand) bool {
		i, ok := pick(h, rng, func(op *Op) bool {
			return op.Kind == kind && known(op) && op.Armed != nil && op.Armed.N > 0 && h.Attempts[op.Attempt-1].Restored >= 0
		})
		if ok {
			a := *h.Ops[i].Armed
			a.N--
			h.Ops[i].Armed = &a
		}
		return ok
	}
}

// saidBefore is the place of what the same machine said of its watermark before, -1 when it said nothing.
func saidBefore(h *History, i int) int {
	for k := i - 1; k >= 0; k-- {
		if b := &h.Ops[k]; b.Kind == Mark && b.Client == h.Ops[i].Client {
			return k
		}
	}
	return -1
}

func markBack(task bool) func(*History, *rand.Rand) bool {
	return func(h *History, rng *rand.Rand) bool {
		var all []int
		for i := range h.Ops {
			if h.Ops[i].Kind == Mark && ofTask(&h.Ops[i]) == task && saidBefore(h, i) >= 0 {
				all = append(all, i)
			}
		}
		if len(all) == 0 {
			return false
		}
		i := all[rng.IntN(len(all))]
		h.Ops[i].Mark = h.Ops[saidBefore(h, i)].Mark - 1
		return true
	}
}

func markAhead(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool { return op.Kind == Mark && ofTask(op) && op.Mark != endOfTime })
	if !ok {
		return false
	}
	for k := range h.Ops { // by then every source may have said that it is at its end
		if s := &h.Ops[k]; s.Kind == Mark && !ofTask(s) && s.Mark == endOfTime && s.Attempt == h.Ops[i].Attempt && s.Call <= h.Ops[i].Return {
			return false
		}
	}
	h.Ops[i].Mark = endOfTime
	return true
}

// resumption picks a source that was restored with a watermark.
func resumption(h *History, rng *rand.Rand) (i int, ok bool) {
	return pick(h, rng, func(op *Op) bool { return op.Kind == Rewind && known(op) && op.Mark != noMark && op.Ckpt != 0 })
}

func rewindUnmarked(h *History, rng *rand.Rand) bool {
	i, ok := resumption(h, rng)
	if ok {
		h.Ops[i].Mark = noMark
	}
	return ok
}

func unsaid(h *History, rng *rand.Rand) bool {
	i, ok := resumption(h, rng)
	if !ok {
		return false
	}
	var said []int
	for k := range h.Ops {
		if s := &h.Ops[k]; s.Kind == Mark && !ofTask(s) && s.Task == h.Ops[i].Task && s.Attempt == h.Ops[i].Attempt {
			said = append(said, k)
		}
	}
	if len(said) < 2 || h.Ops[said[1]].Mark == h.Ops[said[0]].Mark {
		return false
	}
	h.Ops = slices.Delete(h.Ops, said[0], said[0]+1)
	return true
}

func cutUnmarked(h *History, rng *rand.Rand) bool {
	if len(h.Cuts) == 0 {
		return false
	}
	c := &h.Cuts[rng.IntN(len(h.Cuts))]
	for p, mark := range c.Marks {
		if mark != noMark && mark != endOfTime && slices.ContainsFunc(h.Ops, func(op Op) bool {
			return op.Kind == Mark && !ofTask(&op) && op.Task == p && op.Attempt == c.Epoch && op.Pos == c.Offsets[p]
		}) {
			c.Marks = slices.Clone(c.Marks)
			c.Marks[p] = noMark
			return true
		}
	}
	return false
}

// What is wrong of one timer by itself the model finds without the oracle.
func TestTimerModelAlone(t *testing.T) {
	for _, c := range timerCorruptions() {
		if c.name == "timer fired early" || c.name == "timers fired out of order" || c.name == "timer lost at the snapshot" || c.name == "timer lost at the restore" || c.finds[0] != "timers" {
			continue // of several, or of what is no operation on a timer
		}
		tried := 0
		for seed := uint64(0); tried < 30 && seed < 2000; seed++ {
			h := good(t, seed)
			if v := NewView(h); len(v.by[Alarm]) > 0 {
				if clean := v.searchTimers(context.Background(), newReplay(v), "", Options{Workers: 1, Porcupine: true}.withDefaults()); clean.Result != Pass {
					t.Fatalf("seed %d: a clean history: %s: %s", seed, clean.Result, clean.Reason)
				}
			}
			if !c.do(h, rngOf(seed)) {
				continue
			}
			tried++
			v := NewView(h)
			if got := v.searchTimers(context.Background(), newReplay(v), "", Options{Workers: 1, Porcupine: true}.withDefaults()); got.Result != Fail || got.Story == nil || len(got.Ops) == 0 {
				t.Fatalf("%s, seed %d: %s: %s", c.name, seed, got.Result, got.Reason)
			}
		}
		if tried < 30 {
			t.Errorf("%s: could be tried on %d histories, want 30", c.name, tried)
		}
	}
}

// A damaged list of timers is found out, and a sound one comes back.
func TestPackedAlarms(t *testing.T) {
	all := []AlarmEvent{{ID: 1<<63 + 9, At: -4, Key: 7, What: Fired}, {ID: 3, At: endOfTime, Key: -1, What: Deleted, Processing: true}, {At: -1 << 63}}
	text, _ := packAlarms(all, nil)
	if back, _, err := unpackAlarms(text, nil); err != nil || !slices.Equal(back, all) {
		t.Errorf("got %+v, %v; want %+v", back, err, all)
	}
	for _, bad := range []string{text[:len(text)-3], "!", "CAAA", "BwICAAAAAAAAAAA"} {
		if back, _, err := unpackAlarms(bad, nil); err == nil {
			t.Errorf("%q is read as %+v, want an error", bad, back)
		}
	}
}

// Timers of processing time may be overdue, and fire at their time or later; what their callbacks register waits for the next watermark.
func TestProcessingTimers(t *testing.T) {
	run := func(alarms ...Op) Verdict {
		h := &History{Truth: &Truth{Keys: []string{"a"}, Group: []uint16{0}, Parts: []Part{{}}}, Mode: ExactlyOnce, Parts: 1, Tasks: 1, Groups: 1, Timers: 1,
			Attempts: []Attempt{{Epoch: 1, Start: 1}}, Final: &Cut{}}
		for i, op := range alarms {
			op.Attempt, op.Client, op.Call, op.Return = 1, 1, int64(2*i+2), int64(2*i+3)
			h.Ops = append(h.Ops, op)
		}
		return *find(Check(context.Background(), h, Options{Porcupine: true, Workers: 1}), "timers")
	}
	proc := func(what AlarmWhat, at int64) AlarmEvent {
		return AlarmEvent{ID: 1, At: at, What: what, Processing: true}
	}
	ev := func(what AlarmWhat, at int64) AlarmEvent { return AlarmEvent{ID: 2, At: at, What: what} }
	alarm := func(mark int64, all ...AlarmEvent) Op { return Op{Kind: Alarm, Mark: mark, Alarms: all} }
	mark := func(at int64) Op { return Op{Kind: Mark, Mark: at, Text: "task/0"} }
	for name, c := range map[string]struct {
		ops  []Op
		want Result
	}{
		"pending at the end":              {[]Op{alarm(0, proc(Registered, 50)), mark(endOfTime)}, Pass},
		"fired late":                      {[]Op{alarm(0, proc(Registered, 50)), alarm(90, proc(Fired, 50)), mark(endOfTime)}, Pass},
		"fired early":                     {[]Op{alarm(0, proc(Registered, 50)), alarm(49, proc(Fired, 50)), mark(endOfTime)}, Fail},
		"fired in its own microsecond":    {[]Op{alarm(0, proc(Registered, 50)), alarm(50, proc(Fired, 50)), mark(endOfTime)}, Fail},
		"fired behind it":                 {[]Op{alarm(0, proc(Registered, 50)), alarm(51, proc(Fired, 50)), mark(endOfTime)}, Pass},
		"out of order":                    {[]Op{alarm(0, proc(Registered, 50), proc(Registered, 40)), alarm(90, proc(Fired, 50)), mark(endOfTime)}, Fail},
		"event time is of its own":        {[]Op{alarm(0, proc(Registered, 50), ev(Registered, 40)), alarm(90, proc(Fired, 50)), mark(endOfTime), alarm(endOfTime, ev(Fired, 40))}, Pass},
		"an event's waits for the next":   {[]Op{alarm(0, proc(Registered, 5)), mark(30), alarm(9, proc(Fired, 5), ev(Registered, 20)), {Kind: Apply}, mark(endOfTime), alarm(endOfTime, ev(Fired, 20))}, Pass},
		"a record's waits for the next":   {[]Op{mark(30), {Kind: Apply}, alarm(30, ev(Registered, 20)), {Kind: Apply}, mark(endOfTime), alarm(endOfTime, ev(Fired, 20))}, Pass},
		"an event's callback's does not":  {[]Op{alarm(0, ev(Registered, 5)), mark(30), alarm(30, ev(Fired, 5), ev(Registered, 20)), {Kind: Apply}, mark(endOfTime), alarm(endOfTime, ev(Fired, 20))}, Fail},
		"one of event time never fired":   {[]Op{alarm(0, ev(Registered, 5)), mark(endOfTime)}, Fail},
		"it never fired, but was deleted": {[]Op{alarm(0, ev(Registered, 5)), alarm(0, ev(Deleted, 5)), mark(endOfTime)}, Pass},
	} {
		if v := run(c.ops...); v.Result != c.want {
			t.Errorf("%s: %s: %s; want %s", name, v.Result, v.Reason, c.want)
		}
	}
}
