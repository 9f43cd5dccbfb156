package workloads

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
)

// BroadcastRules is the job with state that belongs to no key. Now and then a record of a partition is a rule, which comes to every task and is in
// force for that partition from then on: a broadcast map. Every task also counts the rules of each partition; one of them writes the count
// into a checkpoint, and all read it when they are restored: a union list. What a record makes waits until the watermark has passed its
// time, in a split list. Each record knows which rule it comes under, so the row of one that met another rule is wrong.
func BroadcastRules() Workload {
	params := append(append(keyParams("1k", "1M"), timeParams("200")...),
		measure(InRecords, "rule_every", "20", "records of a partition from one rule to the next", 2, 1_000_000_000),
	)
	return drawn("broadcast-rules", "records under rules that every task hears, in the order of their times: operator state of each kind", params, func(v *values, d Draws, o Options) (*Job, error) {
		dry := v.dries(&d)
		j := &rulesJob{dries: dry, countJob: countJob{draws: d, size: chainWidth, timed: true, groups: o.Groups}, times: v.timeline(o.Seed), every: v.amount("rule_every")}
		return j.job(), nil
	})
}

type rulesJob struct {
	countJob
	dries
	times timeline
	every int64
}

// Ruled is a record: a rule, or one that comes under the rule of that number of its partition.
type Ruled struct {
	Rule bool
	Part int
	No   uint64
}

// under is the record at an offset. The first of every so many is a rule.
func (j *rulesJob) under(part int, off int64) Ruled {
	return Ruled{off%j.every == 0, part, uint64(off/j.every) + 1}
}

// input is a countJob's in which some records are rules. Those of a partition have a key of their own, behind all others.
func (j *rulesJob) input() (in *Input, keys int) {
	in = j.countJob.input()
	keys = len(in.Keys)
	longs := make([]uint64, keys+j.draws.Parts)
	for k := range longs {
		longs[k] = uint64(k)
	}
	for p := range in.Parts {
		in.Keys = append(in.Keys, strconv.Itoa(keys+p))
		x := &in.Parts[p]
		heads := map[int32]Chain{}
		for off := range x.Key {
			if j.under(p, int64(off)).Rule {
				x.Key[off] = int32(keys + p)
			}
			c := heads[x.Key[off]].see(engine.MakeID(p, int64(off)))
			heads[x.Key[off]] = c
			x.N[off], x.H[off] = int32(c.N), c.H
		}
	}
	j.times.markAll(in)
	in.Group = groupsOf(tables.Longs(j.groups), longs)
	return in, keys
}

func (j *rulesJob) job() *Job {
	in, keys := j.input()
	job := jobOf(&j.countJob, in, engine.Parts[uint64, Ruled, Row]{
		Log: func(part int) engine.Log[uint64, Ruled] {
			return rulesLog{j.dries.of(part, len(in.Parts[part].Key)), j, in, part}
		},
		Op: func() engine.Operator[uint64, Ruled, Row] {
			return &rulesOp{counting: counting{job: &j.countJob}, parts: j.draws.Parts}
		},
		Everywhere: func(r Ruled) bool { return r.Rule },
		Txn:        func() engine.Txn[uint64, Row] { return &rows[uint64]{key: binary.AppendUvarint} },
		ReadKey: func(reader int, nth int64) uint64 {
			return uint64(in.asked(j.draws.Seed, reader, nth)) % uint64(keys) // nobody is told of a rule
		},
	})
	job.Fold, job.Aside = func() Fold { return newRulesFold(j, in, keys) }, []string{seenState}
	return job
}

// rulesLog is one partition.
type rulesLog struct {
	stillness
	job  *rulesJob
	in   *Input
	part int
}

func (l rulesLog) Read(off int64, most int, keys []uint64, vals []Ruled, times []int64) ([]uint64, []Ruled, []int64) {
	x := l.in.Parts[l.part].Key
	for ; most > 0 && off < int64(len(x)); most, off = most-1, off+1 {
		keys, vals, times = append(keys, uint64(x[off])), append(vals, l.job.under(l.part, off)), append(times, l.job.times.at(l.part, off))
	}
	return keys, vals, times
}

// NextMark makes it an engine.Marked log.
func (l rulesLog) NextMark(off int64) (at, mark int64) {
	return l.job.times.next(off, int64(len(l.in.Parts[l.part].Key)))
}

// The states of the job that belong to no key.
const (
	rulesState   = "rules"
	heardState   = "rules-heard"
	waitingState = "waiting"
)

// rulesOp keeps the chain of every key, and of the rules of every partition.
type rulesOp struct {
	engine.Untimed[uint64, Row]
	counting
	parts   int
	task    *state.Operator
	rules   *state.BroadcastMap[uint64, uint64] // by partition: the number of the rule in force
	written *state.OperatorList[heard]
	waiting *state.OperatorList[waits]
	heard   []Chain // by partition
}

func (o *rulesOp) Open(s *tables.Scope[uint64]) error { return o.open(s) }

func (o *rulesOp) Initialize(s *state.Operator) (err error) {
	o.task, o.heard = s, make([]Chain, o.parts)
	if o.rules, err = state.OpenBroadcast(s, rulesState, tables.Uint64{}, tables.Uint64{}); err != nil {
		return err
	}
	if o.waiting, err = state.OpenSplit(s, waitingState, waitsCodec{}); err != nil {
		return err
	}
	if o.written, err = state.OpenUnion(s, heardState, heardCodec{}); err != nil {
		return err
	}
	o.written.Each(func(h heard) bool { o.heard[h.part] = h.Chain; return true })
	return nil
}

// Snapshot writes what this task is the one to write.
func (o *rulesOp) Snapshot() error {
	o.written.Clear()
	for p, c := range o.heard {
		if p%o.task.Tasks == o.task.Task && c.N > 0 {
			o.written.Add(heard{p, c})
		}
	}
	return nil
}

func (o *rulesOp) Hear(v Ruled, id engine.ID, at int64, mine bool, out *engine.Out[uint64, Row]) {
	o.rules.Set(uint64(v.Part), v.No)
	o.heard[v.Part] = o.heard[v.Part].see(id)
	if mine {
		o.put(v, Row{id, o.heard[v.Part]}, at, out)
	}
}

func (o *rulesOp) Process(v Ruled, id engine.ID, at int64, out *engine.Out[uint64, Row]) {
	o.put(v, Row{id, o.count(id)}, at, out)
}

// put keeps a row until its time has come. One whose task has heard of another rule than it comes under says so by another chain.
func (o *rulesOp) put(v Ruled, r Row, at int64, out *engine.Out[uint64, Row]) {
	if no, _ := o.rules.Get(uint64(v.Part)); no != v.No || o.heard[v.Part].N != v.No {
		r.H = ^r.H
	}
	if at <= out.Watermark() {
		out.Emit(r)
		return
	}
	o.waiting.Add(waits{o.keys.Cur().K, at, r})
}

// Reach lets go of the rows whose time has come, in the order of their times.
func (o *rulesOp) Reach(mark int64, out *engine.Out[uint64, Row]) {
	due := o.waiting.Take(func(w waits) bool { return w.at <= mark })
	slices.SortStableFunc(due, func(a, b waits) int { return cmp.Compare(a.at, b.at) })
	for _, w := range due {
		out.EmitFor(w.key, w.Row)
	}
}

func (o *rulesOp) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }

// A heard is how many rules of a partition came, and the chain over them.
type heard struct {
	part int
	Chain
}

// heardCodec is the codec of a heard: 24 bytes.
type heardCodec struct{}

func (heardCodec) Append(b []byte, h heard) []byte {
	return numbers(b, int64(h.part), int64(h.N), int64(h.H))
}

func (heardCodec) Decode(b []byte) (heard, error) {
	if len(b) != 24 || binary.BigEndian.Uint64(b) > 63 {
		return heard{}, fmt.Errorf("corrupt: %d bytes are no count of the rules of a partition", len(b))
	}
	c, err := chains{}.Decode(b[8:])
	return heard{int(b[7]), c}, err
}

func (heardCodec) Width() int         { return 24 }
func (heardCodec) Shares() bool       { return false }
func (heardCodec) Copy(h heard) heard { return h }

// A waits is a row that waits for its time.
type waits struct {
	key uint64
	at  int64
	Row
}

// waitsCodec is the codec of a waits: 40 bytes, the key first.
type waitsCodec struct{}

func (waitsCodec) Append(b []byte, w waits) []byte {
	return numbers(b, int64(w.key), w.at, int64(w.ID), int64(w.N), int64(w.H))
}

func (waitsCodec) Decode(b []byte) (waits, error) {
	if len(b) != 40 {
		return waits{}, fmt.Errorf("corrupt: a row that waits of %d bytes, want 40", len(b))
	}
	n := func(i int) uint64 { return binary.BigEndian.Uint64(b[8*i:]) }
	return waits{n(0), int64(n(1)), Row{engine.ID(n(2)), Chain{n(3), n(4)}}}, nil
}

func (waitsCodec) Width() int         { return 40 }
func (waitsCodec) Shares() bool       { return false }
func (waitsCodec) Copy(w waits) waits { return w }
