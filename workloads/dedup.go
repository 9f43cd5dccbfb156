package workloads

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// DedupTTL is the job that drops duplicates for a while: for each key it keeps when it last wrote, in state that expires. Every record says, besides
// what it saw of its key, when it came and what it saw of that state.
func DedupTTL() Workload {
	params := append(keyParams("1k", "1M"),
		measure(Micros, "life", "100k", "microseconds after which what was written expires", 1, 1_000_000_000_000),
		choice("renew", "whether a duplicate writes, too", "false", "true"),
		choice("kind", "value keeps the last write; list keeps all, each with a life of its own; map keeps the last of each of four groups of records", "value", "list", "map"),
		choice("update", "what begins a life anew", "on-create-and-write", "on-read-and-write"),
		choice("visibility", "whether what has expired may be seen until it is deleted", "never", "if-not-cleaned-up"),
		choice("cleanup", "how goes what nobody reads: background is each backend's own way, incremental looks at ten entries for each record, on the heap and where entries "+
			"are scanned; compaction has RocksDB's compactions ask for the time at every entry; full-snapshot leaves it out of snapshots, and nothing else does", "background", "none", "full-snapshot", "incremental", "compaction"),
	)
	return drawn("dedup-ttl", "duplicates dropped for a while, by state that expires", params, func(v *values, d Draws, o Options) (*Job, error) {
		j := &dedupJob{countJob: countJob{draws: d, size: chainWidth, groups: o.Groups}, kind: v.text("kind"), ttl: v.ttl(),
			expires: Expires{LifeUs: v.amount("life"), Renewed: v.text("renew") == "true"}}
		j.expires.ByReading, j.expires.Shown = j.ttl.Update == tables.OnReadAndWrite, j.ttl.Visible == tables.ReturnExpiredIfNotCleanedUp
		switch j.kind {
		case "list":
			j.expires.List = true
		case "map":
			j.expires.Slots = 4
		}
		if j.expires.List && j.expires.Renewed && j.expires.ByReading {
			return nil, misfit(errors.New("kind list, renew true and update on-read-and-write: such a list grows for ever; want one of them otherwise"), "kind", "renew", "update")
		}
		return j.job(), nil
	})
}

// ttl is how the state of the job expires.
func (v *values) ttl() tables.TTL {
	t := tables.TTL{Life: time.Duration(v.amount("life")) * time.Microsecond}
	if v.text("update") == "on-read-and-write" {
		t.Update = tables.OnReadAndWrite
	}
	if v.text("visibility") == "if-not-cleaned-up" {
		t.Visible = tables.ReturnExpiredIfNotCleanedUp
	}
	switch v.text("cleanup") {
	case "none":
		t.Cleanup.NoBackground = true
	case "full-snapshot":
		t.Cleanup = tables.Cleanup{NoBackground: true, FullSnapshot: true}
	case "incremental":
		t.Cleanup.Incremental, t.Cleanup.Scan = tables.Incremental{Size: 10, EveryRecord: true}, tables.Scan{Size: 10}
	case "compaction":
		t.Cleanup.Compaction.QueryTimeAfter = 1
	}
	return t
}

type dedupJob struct {
	countJob
	kind    string
	ttl     tables.TTL
	expires Expires
}

// writtenState is when a key last wrote, and expires.
const writtenState = "written"

func (j *dedupJob) job() *Job {
	in := j.input()
	log := func(part int) engine.Log[uint64, backends.Void] { return countLog{&in.Parts[part]} }
	job := toldJob(&j.countJob, in, log, func() engine.Operator[uint64, backends.Void, Told] {
		return &dedupOp{counting: counting{job: &j.countJob}, job: j}
	})
	job.Fold = func() Fold { return &seenFold{newCountFold(&j.countJob, in)} }
	job.Volatile, job.Looks, job.Expires = []string{writtenState}, toldLooks, &j.expires
	return job
}

type dedupOp struct {
	engine.Untimed[uint64, Told]
	counting
	job     *dedupJob
	written writes
}

func (o *dedupOp) Open(s *tables.Scope[uint64]) (err error) {
	if err = o.open(s); err == nil {
		o.written, err = o.job.open(s)
	}
	return err
}

func (o *dedupOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Told]) {
	out.Emit(Told{Row: Row{id, o.count(id)}})
	at, duplicate := o.written.see(id.Offset())
	if !duplicate || o.job.expires.Renewed {
		o.written.write(id.Offset(), uint64(out.Now()))
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
