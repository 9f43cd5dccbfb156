package window

import (
	"fmt"
	"math"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// Config is what all operators of windows have in common.
type Config[K comparable, V, R any] struct {
	Assigner Assigner[V]
	// Trigger is AtEventTime, AtProcessingTime or Never, by the time of the assigner, when nil. A trigger belongs to one operator.
	Trigger Trigger[K, V]
	// Evictor takes records out of a window that fires; nil: none does.
	Evictor Evictor[V]
	// Element is how a record is kept: by Reduce, by Process, and by all with an Evictor.
	Element backends.Codec[V]
	// Lateness is how long behind its end a window of event time still takes records, each of which fires it again. Other windows have none.
	Lateness int64
	// Late is given the records that come later than that. nil: they are dropped and counted. It may emit them, marked in the row.
	Late func(v V, at int64, out *engine.Out[K, R])
	// Cursors says what the current key knows of every partition, for readers; nil: nothing.
	Cursors func(dst []engine.Cursor) []engine.Cursor
}

// Operator gathers records in windows. Make it with Reduce, Aggregate, Process, CoGroup or Join.
type Operator[K comparable, V, R any] struct {
	Config[K, V, R]
	held     contents[K, V, R]
	f        any // the Function, of whatever it is given
	keys     *backends.Keys[K]
	event    *engine.TimerService[K, Window, R]
	proc     *engine.TimerService[K, Window, R]
	sessions *sessions // nil unless windows merge
	sure     bool      // a window that holds something has its cleanup timer
	plain    bool      // and nothing is to be done for a record in it before the watermark has passed it
	of       Time
	c        Context
	p        Pane[K, R]
	windows  []Window // of the current record
	gone     []Window // scratch: those that merge
	places   []Window // and where their contents are
	kept     []bool   // scratch: by window, whether it held something before
	dropped  int64
	planted  *engine.Planted
	wrong    error // in Config
}

// Carry plants a bug that sits in the code of windows.
func (o *Operator[K, V, R]) Carry(p *engine.Planted) {
	o.planted = p
	if c, ok := o.held.(engine.Carrier); ok {
		c.Carry(p)
	}
}

// Unwrap makes it an engine.Wrapper: a Function that is engine.Checkpointed has operator state.
func (o *Operator[K, V, R]) Unwrap() any { return o.f }

// Dropped is how many records were late and given to nobody, since Open.
func (o *Operator[K, V, R]) Dropped() int64 { return o.dropped }

// Open opens the states and the timers.
func (o *Operator[K, V, R]) Open(s *tables.Scope[K]) error {
	err := o.check()
	if err != nil {
		return fmt.Errorf("open windows: %w", err)
	}
	o.keys, o.of = s.Keys, o.Assigner.Time()
	if o.Trigger == nil {
		o.Trigger = [...]Trigger[K, V]{AtEventTime[K, V]{}, AtProcessingTime[K, V]{}, Never[K, V]{}}[o.of]
	}
	o.sure = !o.Assigner.Merges() && leavesEnds(o.Trigger)
	ns := tables.Namespace[Window](Namespace{})
	if p, ok := o.Assigner.(paned); ok {
		ns = p.namespace()
	}
	if err = o.held.open(s, ns); err != nil {
		return err
	}
	if o.p.merges = o.Assigner.Merges(); o.p.merges {
		if o.sessions, err = openSessions(s); err != nil {
			return err
		}
	}
	if err = o.Trigger.Open(s); err != nil {
		return fmt.Errorf("open windows: %w", err)
	}
	if o.event, err = engine.OpenTimers(s, "event-window-timers", Namespace{}, o.onEventTime); err != nil {
		return err
	}
	o.proc, err = engine.OpenTimers(s, "processing-window-timers", Namespace{}, o.onProcessingTime)
	o.c = Context{event: o.event, proc: o.proc, of: o.of, strict: o.Lateness == 0 || o.of != EventTime}
	_, plain := o.Trigger.(AtEventTime[K, V])
	o.plain = plain && o.sure && o.c.strict && o.of == EventTime
	return err
}

// check finds what is wrong in Config.
func (o *Operator[K, V, R]) check() error {
	if o.wrong != nil {
		return o.wrong
	}
	if o.Assigner == nil {
		return fmt.Errorf("there is no assigner")
	}
	if o.Lateness < 0 {
		return fmt.Errorf("a lateness of %d; want 0 or more", o.Lateness)
	}
	for _, part := range []any{o.Assigner, o.Evictor} {
		if x, ok := part.(interface{ check() error }); ok {
			if err := x.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Timers are those of both times.
func (o *Operator[K, V, R]) Timers() (event, processing engine.Timers[K, R]) { return o.event, o.proc }

// Cursors are Config's.
func (o *Operator[K, V, R]) Cursors(dst []engine.Cursor) []engine.Cursor {
	if o.Config.Cursors == nil {
		return dst
	}
	return o.Config.Cursors(dst)
}

// Process puts a record in its windows.
func (o *Operator[K, V, R]) Process(v V, _ engine.ID, at int64, out *engine.Out[K, R]) {
	o.begin(out, NoTime, 0)
	when := at
	switch {
	case o.of == ProcessingTime:
		when = o.c.now
	case o.of == EventTime && at == math.MinInt64:
		panic(usage("a record without a time came to windows of event time"))
	}
	o.windows = o.Assigner.Windows(o.windows[:0], v, when)
	taken := false
	if o.sessions != nil {
		taken = o.merging(v, at)
	} else {
		taken = o.putAll(v, at)
	}
	if taken || o.of != EventTime || plus(at, o.Lateness) > o.c.mark {
		return
	}
	if o.Late != nil {
		o.Late(v, at, out)
	} else {
		o.dropped++
	}
}

// putAll puts a record in its windows, and tells whether one takes it. First all of them hold it and then their triggers hear of it: a trigger sees
// its own window only.
func (o *Operator[K, V, R]) putAll(v V, at int64) (taken bool) {
	open, ahead := o.windows, o.of == EventTime // of the watermark
	for i := 0; i < len(open) && ahead; i++ {
		ahead = open[i].Max() > o.c.mark
	}
	if !ahead {
		open = slices.DeleteFunc(open, o.late)
	}
	if len(open) == 0 {
		return false
	}
	o.kept = o.held.add(open, v, at, o.kept[:0])
	if ahead && o.plain && !slices.Contains(o.kept, false) {
		return true
	}
	for i, w := range open {
		if !ahead || !o.plain || !o.kept[i] {
			o.tell(w, w, v, at, o.kept[i])
		}
	}
	return true
}

// begin prepares for a record, or a timer.
func (o *Operator[K, V, R]) begin(out *engine.Out[K, R], fires Time, at int64) {
	o.c.mark, o.c.now = out.Watermark(), out.Now()
	o.c.fires, o.c.at = fires, at
	o.p.out = out
}

// put puts a record in a session.
func (o *Operator[K, V, R]) put(x session, v V, at int64) {
	o.places = append(o.places[:0], x.place)
	o.kept = o.held.add(o.places, v, at, o.kept[:0])
	o.tell(x.is, x.place, v, at, o.kept[0])
}

// tell tells the trigger of a record that a window holds, its contents at a place, and does what it says. kept: it is known to have held something before.
func (o *Operator[K, V, R]) tell(w, place Window, v V, at int64, kept bool) {
	o.c.Window, o.c.kept = w, kept && o.sure
	if r := o.Trigger.OnElement(&o.c, v, at); r != Continue {
		o.act(r, w, place)
	}
	if !o.c.kept {
		o.clean(w)
	}
}

// act fires and purges.
func (o *Operator[K, V, R]) act(r Result, w, place Window) {
	if r&Fire != 0 {
		o.p.Key, o.p.Window = o.keys.Cur().K, w
		o.held.fire(place, &o.c, &o.p)
	}
	if r&Purge != 0 && !o.planted.Is("purge-forgotten") {
		o.held.clear(place)
		if o.sessions != nil && o.c.at != o.end(w) && o.planted.Is("purge-clears-merging-set") {
			o.sessions.retire(o.sessions.find(w))
			o.sessions.store()
		}
	}
}

// end is when a window is cleaned up.
func (o *Operator[K, V, R]) end(w Window) int64 {
	if o.of == EventTime {
		return plus(w.Max(), o.Lateness)
	}
	return w.Max()
}

// late tells whether a window takes no records any more.
func (o *Operator[K, V, R]) late(w Window) bool {
	if o.of != EventTime || o.end(w) > o.c.mark {
		return false
	}
	return o.end(w) < o.c.mark || !o.planted.Is("late-record-taken")
}

// clean registers the timer that cleans a window up. A window that ends with time itself has none.
func (o *Operator[K, V, R]) clean(w Window) {
	if end := o.end(w); end != math.MaxInt64 && o.of != NoTime {
		o.c.Register(o.of, end)
	}
}

func (o *Operator[K, V, R]) onEventTime(at int64, w Window, out *engine.Out[K, R]) {
	o.onTimer(EventTime, at, w, out)
}

func (o *Operator[K, V, R]) onProcessingTime(at int64, w Window, out *engine.Out[K, R]) {
	o.onTimer(ProcessingTime, at, w, out)
}

func (o *Operator[K, V, R]) onTimer(t Time, at int64, w Window, out *engine.Out[K, R]) {
	place, nth := w, -1
	if o.sessions != nil {
		o.sessions.load()
		if nth = o.sessions.find(w); nth < 0 {
			return // of a window that has merged since: a trigger left it
		}
		place = o.sessions.list[nth].place
	}
	o.begin(out, t, at)
	o.c.Window, o.c.kept = w, false
	var r Result
	if t == EventTime {
		r = o.Trigger.OnEventTime(&o.c, at)
	} else {
		r = o.Trigger.OnProcessingTime(&o.c, at)
	}
	o.act(r, w, place)
	if t != o.of || at != o.end(w) {
		return
	}
	o.held.clear(place)
	o.Trigger.Clear(&o.c)
	o.p.Key, o.p.Window = o.keys.Cur().K, w
	o.held.over(&o.p)
	if o.sessions != nil {
		o.sessions.retire(nth)
		o.sessions.store()
	}
}

// merging puts a record in its session, which may become one with others. It tells whether the session still takes records.
func (o *Operator[K, V, R]) merging(v V, at int64) (taken bool) {
	s := o.sessions
	s.load()
	for _, w := range o.windows {
		from, to := o.touching(w)
		switch {
		case from == to && o.late(w):
			continue
		case from == to:
			s.replace(from, to, session{w, w})
		default:
			o.join(w, from, to)
		}
		taken = true
		o.put(s.list[from], v, at)
	}
	s.store()
	return taken
}

// join makes one session of some and a window that touches them.
func (o *Operator[K, V, R]) join(w Window, from, to int) {
	s := o.sessions
	for _, x := range s.list[from:to] {
		w = w.cover(x.is)
	}
	if to == from+1 && s.list[from].is == w {
		return
	}
	if o.late(w) || o.of == ProcessingTime && w.Max() <= o.c.now {
		panic(fmt.Errorf("windows of %v merge to %v, which has ended already at %d", o.of, w, max(o.c.mark, o.c.now)))
	}
	o.gone, o.places = o.gone[:0], o.places[:0]
	for _, x := range s.list[from:to] {
		o.gone, o.places = append(o.gone, x.is), append(o.places, x.place)
	}
	o.c.Window, o.c.kept = w, false
	o.Trigger.OnMerge(&o.c, o.gone)
	for _, m := range o.gone {
		o.c.Window = m
		o.Trigger.Clear(&o.c)
		if o.of != NoTime {
			o.c.Delete(o.of, o.end(m))
		}
	}
	if len(o.places) > 1 && o.planted.Is("session-merge-forgets-state") {
		for _, place := range o.places[1:] {
			o.held.clear(place)
		}
	}
	o.held.merge(o.places[0], o.places[1:])
	s.replace(from, to, session{w, o.places[0]})
}

// touching is the part of the current key's sessions that touches a window.
func (o *Operator[K, V, R]) touching(w Window) (from, to int) {
	list := o.sessions.list
	if from, to = o.sessions.touching(w); o.planted == nil {
		return from, to
	}
	if from < to && list[from].is.End == w.Start && o.planted.Is("touching-sessions-stay-two") {
		from++
	}
	if from < to && list[to-1].is.Start == w.End && o.planted.Is("touching-sessions-stay-two") {
		to--
	}
	return from, to
}
