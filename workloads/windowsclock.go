package workloads

import (
	"fmt"
	"iter"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/window"
)

// Windows by the clock. Which records are together in one no input says, so a window tells of each record by itself: that it is in so many windows,
// once in each, the input does say. A record that is told of by a window that its time is not in, or before that is over, is told of by another sum.
// When the input ends the windows that are open tell, at a timer of event time, and forget.

// checkClock refuses what cannot be judged by the clock.
func (j *windowsJob) checkClock() error {
	switch {
	case !j.list:
		return misfit(fmt.Errorf("function aggregate with time processing; want function list: nobody knows what windows by the clock fold"), "function", "time")
	case j.kind == cumulateWindow:
		return misfit(fmt.Errorf("window cumulate with time processing; want sliding, tumbling or session: nobody knows in how many a record is"), "window", "time")
	case j.kind == slidingWindow && j.span%j.slide != 0:
		return misfit(fmt.Errorf("slide %d and size %d with time processing; want a size of whole slides, or nobody knows in how many windows a record is", j.slide, j.span), "slide", "size", "time")
	case j.lateness > 0:
		return misfit(fmt.Errorf("lateness %d with time processing; want 0: nothing is late by the clock", j.lateness), "lateness", "time")
	case j.purge:
		return misfit(fmt.Errorf("trigger fire-and-purge with time processing; want fire: a window by the clock fires once, and is over"), "trigger", "time")
	}
	return nil
}

// byTheClock makes the windows of a job those of processing time. What depends on the clock is in no digest.
func (j *windowsJob) byTheClock(job *Job, in *Input) {
	job.Fold = func() Fold { return &seenFold{newCountFold(&j.countJob, in)} }
	job.Volatile = []string{panesState, "merging-window-set", "window-contents", "event-window-timers", "processing-window-timers"}
	job.AnyOrder = true
	job.Windows = func(offsets []int64) (panes []Pane, late []engine.ID) {
		times := int64(1)
		if j.kind == slidingWindow {
			times = j.span / j.slide
		}
		for p := range in.Parts {
			for off, k := range in.Parts[p].Key[:min(offsets[p], int64(len(in.Parts[p].Key)))] {
				for range times {
					panes = append(panes, Pane{Key: k, N: 1, Sum: Chain{}.gather(uint64(engine.MakeID(p, int64(off)))).H})
				}
			}
		}
		return panes, nil
	}
}

// clockOperator keeps every record with the time at which it came.
func (j *windowsJob) clockOperator() engine.Operator[uint64, backends.Void, Told] {
	o := &windowsOp[timedID]{counting: counting{job: &j.countJob}}
	o.as = func(id engine.ID) timedID { return timedID{id, o.keys.Now} }
	o.Operator = window.Process(window.Config[uint64, timedID, Told]{Assigner: assignerOf[timedID](&j.windowing), Element: timedIDs{}, Trigger: tillTheEnd{}, Cursors: o.cursors},
		window.Func[uint64, iter.Seq[timedID], Told](o.tellEach))
	return o
}

func (o *windowsOp[V]) tellEach(p *window.Pane[uint64, Told], all iter.Seq[timedID]) {
	n, _ := o.told.Get(backends.Void{})
	open := p.Now() < p.Window.End && p.Watermark() < inputEnds
	for r := range all {
		c := Chain{}.gather(uint64(r.id))
		if open || r.at < p.Window.Start || r.at >= p.Window.End {
			c.H = ^c.H
		}
		n++
		p.Emit(Told{What: aPane, Row: Row{engine.ID(n), c}})
	}
	o.told.Set(backends.Void{}, n)
}

// tillTheEnd fires when a window of processing time is over, or the input is.
type tillTheEnd struct {
	window.AtProcessingTime[uint64, timedID]
}

func (t tillTheEnd) OnElement(c *window.Context, v timedID, at int64) window.Result {
	c.Register(window.EventTime, inputEnds)
	return t.AtProcessingTime.OnElement(c, v, at)
}

func (tillTheEnd) OnEventTime(*window.Context, int64) window.Result { return window.FireAndPurge }

func (t tillTheEnd) OnMerge(c *window.Context, from []window.Window) {
	c.Register(window.EventTime, inputEnds)
	t.AtProcessingTime.OnMerge(c, from)
}

func (t tillTheEnd) Clear(c *window.Context) {
	c.Delete(window.EventTime, inputEnds)
	t.AtProcessingTime.Clear(c)
}
