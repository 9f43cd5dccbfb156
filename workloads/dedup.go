package workloads

import (
	"encoding/binary"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// DedupTTL is the job that drops duplicates for a while: for each key it keeps when it last wrote, in state that expires. Every record says, besides
// what it saw of its key, when it came and what it saw of that state.
func DedupTTL() Workload {
	params := append(keyParams("1k", "1M"),
		amount("life", "100k", "microseconds after which what was written expires", 1, 1_000_000_000_000),
		choice("renew", "whether a duplicate begins the life anew", "false", "true"),
	)
	return drawn("dedup-ttl", "duplicates dropped for a while, by state that expires", params, func(v *values, d Draws, o Options) (*Job, error) {
		j := &dedupJob{countJob: countJob{draws: d, size: chainWidth, groups: o.Groups}, life: v.amount("life"), renew: v.text("renew") == "true"}
		return j.job(), nil
	})
}

type dedupJob struct {
	countJob
	life  int64 // microseconds
	renew bool
}

// writtenState is when a key last wrote, and expires.
const writtenState = "written"

func (j *dedupJob) job() *Job {
	in := j.input()
	log := func(part int) engine.Log[uint64, backends.Void] { return countLog{&in.Parts[part]} }
	job := toldJob(&j.countJob, in, log, func() engine.Operator[uint64, backends.Void, Told] {
		return &dedupOp{counting: counting{job: &j.countJob}, life: j.life, renew: j.renew}
	})
	job.Fold = func() Fold { return &seenFold{newCountFold(&j.countJob, in)} }
	job.Volatile, job.Looks, job.Expires = []string{writtenState}, toldLooks, &Expires{LifeUs: j.life, Renewed: j.renew}
	return job
}

type dedupOp struct {
	engine.Untimed[uint64, Told]
	counting
	life    int64
	renew   bool
	written tables.Value[backends.Void, uint64]
}

func (o *dedupOp) Open(s *tables.Scope[uint64]) (err error) {
	if err = o.open(s); err == nil {
		o.written, err = tables.OpenValueTTL(s, writtenState, tables.None{}, tables.Uint64{}, tables.TTL{Life: time.Duration(o.life) * time.Microsecond})
	}
	return err
}

func (o *dedupOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Told]) {
	out.Emit(Told{Row: Row{id, o.count(id)}})
	at, duplicate := o.written.Get(backends.Void{})
	if !duplicate || o.renew {
		o.written.Set(backends.Void{}, uint64(out.Now()))
	}
	look := Told{What: aLook, Row: Row{ID: id}, A: out.Now(), B: -1}
	if duplicate {
		look.B = int64(at)
	}
	out.Emit(look)
}

func (o *dedupOp) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }

// seenFold is the chain of every key in the state of what it saw, and nothing else.
type seenFold struct{ *countFold }

func (f *seenFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k, c := range f.heads {
		if c.N > 0 {
			e.State, e.Group = seenState, int(f.in.Group[k])
			e.Key = binary.BigEndian.AppendUint64(e.Key[:0], uint64(k))
			e.Value = chains{}.Append(e.Value[:0], c)
			yield(e)
		}
	}
}
