package workloads

import (
	"encoding/binary"
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// ManyTimers is the job that registers, deletes and fires. A record of a key registers an alarm, and a guard a little later; the alarm emits
// the record's row when it fires, and deletes the guard. Some records call off the alarm of the record before instead, if it is not due yet.
// So every record comes out once, exactly when every timer fires once or is deleted in time: in event time, or by the clock (clockOp).
func ManyTimers() Workload {
	params := append(keyParams("10k", "1M"),
		choice("time", "of what time alarms are: of the records', or of the clock, whose delay and burst are in microseconds", eventTime, processingTime),
		measure(Millis, "delay", "10k", "milliseconds from a record to its alarm, at most", 1, 1_000_000_000).byClock(),
		measure(Millis, "burst", "0", "alarms are due together, every so many milliseconds; 0: each by itself", 0, 1_000_000_000).byClock(),
		choice("bursts", "which are due together: those of all keys, or those of each key apart from other keys'", "global", burstsByKey).when("burst"),
		amount("deletes", "10", "of a hundred records, how many call off the alarm before", 0, 90),
		measure(Millis, "out_of_order", "0", "milliseconds that a record may be behind the greatest time so far; 0: times ascend, and a watermark follows every batch", 0, 1_000_000_000),
		measure(InRecords, "watermark_every", "50", "records from one watermark of a partition to the next, where they are out of order", 1, 1_000_000).when("out_of_order"),
	)
	params = append(params, dryParams()...)
	return drawn("many-timers", "alarms by key in event time or by the clock: registered, called off, fired, alone or in bursts", params, func(v *values, d Draws, o Options) (*Job, error) {
		dry := v.dries(&d)
		j := &timersJob{dries: dry, countJob: countJob{draws: d, size: chainWidth, timed: true, groups: o.Groups},
			clock: v.text("time") == processingTime, delay: uint64(v.amount("delay")), burst: v.amount("burst"), apart: v.text("bursts") == burstsByKey,
			deletes: uint64(v.amount("deletes"))}
		if times := v.newTimeline(o.Seed); times.disorder > 0 {
			j.times = &times
		}
		return j.job(), nil
	})
}

// The words of parameters.
const (
	eventTime      = "event"
	processingTime = "processing"
	burstsByKey    = "per-key"
)

type timersJob struct {
	countJob
	dries
	clock   bool // alarms are of processing time
	delay   uint64
	burst   int64
	apart   bool // bursts are of one key each
	deletes uint64
	times   *timeline // nil: times ascend
}

// guardAfter is how much later than its alarm a guard is due.
const guardAfter = 3

// alarm is when the alarm of a key's nth record is due, which has time at. It is behind the record's own time.
func (j *timersJob) alarm(key, n uint64, at int64) int64 {
	due := at + 1 + int64(mix(key<<32^n)%j.delay)
	if j.burst == 0 {
		return due
	}
	early := due
	if j.apart { // so long behind those of all keys as the key says
		early -= int64(mix(key^0xB5) % uint64(j.burst))
	}
	return due + ((-early)%j.burst+j.burst)%j.burst
}

// callsOff tells whether a key's nth record calls off the alarm of the record before.
func (j *timersJob) callsOff(key, n uint64) bool { return mix(key<<32^n^1<<63)%100 < j.deletes }

// at is the time of a record. It is behind every watermark that came before it.
func (j *timersJob) at(in *Input, p int, off int64) int64 {
	if j.times != nil {
		return j.times.at(p, off)
	}
	return in.Parts[p].Mark[off] + 1
}

// log is a partition, with its silences.
func (j *timersJob) log(in *Input, part int) engine.Log[uint64, backends.Void] {
	if j.times != nil {
		return j.dries.log(in, part, j.times)
	}
	return stillLog{countLog{&in.Parts[part]}, j.dries.of(part, len(in.Parts[part].Key))}
}

func (j *timersJob) job() *Job {
	in := j.input()
	if j.times != nil {
		j.times.markAll(in)
	}
	parts := engine.Parts[uint64, backends.Void, Row]{
		Log:     func(part int) engine.Log[uint64, backends.Void] { return j.log(in, part) },
		Op:      func() engine.Operator[uint64, backends.Void, Row] { return &timersOp{job: j} },
		Txn:     func() engine.Txn[uint64, Row] { return &rows[uint64]{key: binary.AppendUvarint} },
		Cursors: j.cursors,
	}
	if j.clock {
		return j.byTheClock(in, parts)
	}
	job := jobOf(&j.countJob, in, parts)
	job.Fold, job.Aside = func() Fold { return newTimersFold(j, in) }, []string{firedState}
	return job
}

// cursors reads the entry of a key, whose records are of one partition.
func (j *timersJob) cursors(dst []engine.Cursor, e *backends.Entry) []engine.Cursor {
	if e.State != latestState || len(e.Key) != 8 || len(e.Value) != latestWidth {
		return dst
	}
	l, _ := latestCodec{}.Decode(e.Value)
	return append(dst, j.cursor(binary.BigEndian.Uint64(e.Key), l.Chain))
}

// The states of the job.
const (
	latestState = "latest"
	firedState  = "fired"
	alarmState  = "alarms"
)

// Latest is what a key knows of its last record: the chain, and when the record's alarm is due, 0 when it set none.
type Latest struct {
	Row
	Due int64
}

type latestCodec struct{}

const latestWidth = chainWidth + 16

func (latestCodec) Append(b []byte, l Latest) []byte {
	b = chains{}.Append(b, l.Chain)
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, uint64(l.ID)), uint64(l.Due))
}

func (latestCodec) Decode(b []byte) (l Latest, err error) {
	if len(b) != latestWidth {
		return l, fmt.Errorf("corrupt: %d bytes, want %d", len(b), latestWidth)
	}
	l.Chain, err = chains{}.Decode(b[:chainWidth])
	l.ID, l.Due = engine.ID(binary.BigEndian.Uint64(b[chainWidth:])), int64(binary.BigEndian.Uint64(b[chainWidth+8:]))
	return l, err
}

func (latestCodec) Width() int           { return latestWidth }
func (latestCodec) Shares() bool         { return false }
func (latestCodec) Copy(l Latest) Latest { return l }

// Hash makes it a Namespace.
func (latestCodec) Hash(l Latest) uint32 { return tables.Mix(l.H ^ l.N<<32 ^ uint64(l.Due)) }

// Alarm is the namespace of a timer: the row that it emits, and whether it is the guard.
type Alarm struct {
	Row
	Guard bool
}

type alarmCodec struct{}

const alarmWidth = chainWidth + 9

func (alarmCodec) Append(b []byte, a Alarm) []byte {
	b = chains{}.Append(b, a.Chain)
	b = binary.BigEndian.AppendUint64(b, uint64(a.ID))
	if a.Guard {
		return append(b, 1)
	}
	return append(b, 0)
}

func (alarmCodec) Decode(b []byte) (a Alarm, err error) {
	if len(b) != alarmWidth {
		return a, fmt.Errorf("corrupt: %d bytes, want %d", len(b), alarmWidth)
	}
	a.Chain, err = chains{}.Decode(b[:chainWidth])
	a.ID, a.Guard = engine.ID(binary.BigEndian.Uint64(b[chainWidth:])), b[chainWidth+8] != 0
	return a, err
}

func (alarmCodec) Width() int         { return alarmWidth }
func (alarmCodec) Shares() bool       { return false }
func (alarmCodec) Copy(a Alarm) Alarm { return a }

// Hash makes it a Namespace.
func (alarmCodec) Hash(a Alarm) uint32 {
	h := a.H ^ a.N<<32
	if a.Guard {
		h = ^h
	}
	return tables.Mix(h)
}
