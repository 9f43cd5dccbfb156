package engine

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// A Reader is a client that asks for one key after the other while the job runs, in turn for what the live attempt has (uncommitted) and for what the
// last completed checkpoint has (committed). An answer counts only if the catalog, read to its end behind it, shows no later attempt: else a
// zombie's tasks would answer for the living.
type Reader[K comparable] struct {
	Common
	Key       tables.KeyType[K]
	Next      func(reader int, nth int64) K
	Cursors   func(dst []Cursor, e *backends.Entry) []Cursor
	firstTask int

	nth    int64
	pos    int64  // of the first catalog entry not read yet
	last   *Entry // the newest completed checkpoint that was seen
	stage  stage
	key    backends.Key[K]
	prefix []byte // the key as entries begin with it
	answer []Cursor
	part   StatePart
	sum    uint32
}

type stage uint8

const (
	idle     stage = iota
	asking         // a task, for what it has
	checking       // reading the catalog to its end
	indexing       // the index of a state file
	reading        // one key group of it
)

func (r *Reader[K]) Step(ev *Event, fx *Effects) {
	switch ev.Kind {
	case Tell:
		r.told(&ev.Msg, ev.Now, fx)
	case Wake:
		r.ask(fx)
	case Done:
		r.done(&ev.Res, ev.Now, fx)
	}
}

func (r *Reader[K]) told(m *Msg, now int64, fx *Effects) {
	switch m.Kind {
	case Run: // Ckpt is where to read on in the catalog, State the checkpoint that was restored
		r.pos = m.Ckpt
		if m.State != nil {
			r.last, _ = ParseEntry(m.State)
		}
		fx.Wake = now + 1 // at once: what a recovery restored is worth a look
	case Answer:
		r.answer = parseCursors(m.State)
		r.stage = checking
		r.get(fx)
	}
}

func (r *Reader[K]) ask(fx *Effects) {
	r.nth++
	k := [1]K{r.Next(r.Role.Index, r.nth)}
	var marked [1]backends.Key[K]
	r.Key.Mark(marked[:], k[:])
	r.key = marked[0]
	encoded := r.Key.Append(nil, r.key.K)
	f := Fact{Kind: Asked, Key: encoded}
	if r.nth%2 == 0 && r.Cursors != nil {
		f.Ckpt = -1
		fx.Fact(f)
		r.prefix = tables.KeyPrefix(nil, r.Key, r.key.K)
		r.answer, r.stage = nil, checking
		r.get(fx)
		return
	}
	fx.Fact(f)
	r.stage, r.prefix = asking, nil
	to := r.firstTask + backends.Owner(int(r.key.Group), r.Spec.Parallelism, r.Spec.Groups)
	r.tell(fx, Ask, to, 0, encoded)
}

func (r *Reader[K]) get(fx *Effects) { fx.Do(Op{Verb: Get, Name: EntryName(r.pos)}) }

func (r *Reader[K]) done(res *Result, now int64, fx *Effects) {
	switch r.stage {
	case checking:
		r.check(res, now, fx)
	case indexing:
		off, n, sum, ok := findGroup(res.Data, int(r.key.Group))
		switch {
		case res.Err != nil:
			r.giveUp(res.Err.Error(), now, fx)
		case !ok:
			r.answered(r.last.Ckpt, now, fx) // the group is empty
		default:
			r.stage, r.sum = reading, sum
			fx.Do(Op{Verb: GetPart, Name: r.part.Name, Off: off, Len: n})
		}
	case reading:
		r.read(res, now, fx)
	}
}

// check reads the catalog to its end.
func (r *Reader[K]) check(res *Result, now int64, fx *Effects) {
	switch {
	case errors.Is(res.Err, backends.ErrAbsent):
		if r.prefix == nil {
			r.answered(0, now, fx)
		} else {
			r.lookUp(now, fx)
		}
	case errors.Is(res.Err, ErrCorrupt):
		r.pos++
		r.get(fx)
	case res.Err != nil:
		r.giveUp(res.Err.Error(), now, fx)
	default:
		e, err := ParseEntry(res.Data)
		if err != nil {
			r.giveUp(err.Error(), now, fx)
			return
		}
		if e.Epoch > r.Epoch && !r.bug("zombie-answers") {
			fx.Fact(Fact{Kind: GaveUp, Text: ErrFenced.Error()})
			r.stage = idle // for good
			return
		}
		if r.pos++; e.Ckpt > 0 {
			r.last = e
		}
		r.get(fx)
	}
}

func (r *Reader[K]) lookUp(now int64, fx *Effects) {
	if r.last == nil {
		r.giveUp("no checkpoint is complete yet", now, fx)
		return
	}
	tasks := (len(r.last.Parts) - r.firstTask) / 2 // that the checkpoint had, with a sink for each
	if tasks < 1 {
		r.giveUp(fmt.Sprintf("checkpoint %d has no parts of tasks", r.last.Ckpt), now, fx)
		return
	}
	task := r.firstTask + backends.Owner(int(r.key.Group), tasks, r.Spec.Groups)
	var err error
	if r.part, err = ParseStatePart(r.last.Parts[task]); err != nil {
		r.giveUp(err.Error(), now, fx)
		return
	}
	r.stage = indexing
	fx.Do(Op{Verb: GetPart, Name: r.part.Name, Off: r.part.Index, Len: r.part.Size - r.part.Index})
}

func (r *Reader[K]) read(res *Result, now int64, fx *Effects) {
	if res.Err == nil && crc32.Checksum(res.Data, castagnoli) != r.sum {
		res.Err = fmt.Errorf("%s, key group %d: %w", r.part.Name, r.key.Group, ErrCorrupt)
	}
	if res.Err == nil {
		res.Err = eachOfGroup(int(r.key.Group), res.Data, func(e *backends.Entry) error {
			if bytes.HasPrefix(e.Key, r.prefix) {
				r.answer = r.Cursors(r.answer, e)
			}
			return nil
		})
	}
	if res.Err != nil { // deleted meanwhile, perhaps: a newer one is complete
		r.giveUp(res.Err.Error(), now, fx)
		return
	}
	r.answered(r.last.Ckpt, now, fx)
}

func (r *Reader[K]) answered(ckpt, now int64, fx *Effects) {
	if ckpt > 0 && len(r.answer) > 0 && r.bug("committed-read-ahead") { // answers from what is not committed yet
		r.answer[0].N++
	}
	fx.Fact(Fact{Kind: Answered, Ckpt: ckpt, Cursors: r.answer})
	r.rest(now, fx)
}

func (r *Reader[K]) giveUp(why string, now int64, fx *Effects) {
	fx.Fact(Fact{Kind: GaveUp, Text: why})
	r.rest(now, fx)
}

func (r *Reader[K]) rest(now int64, fx *Effects) {
	r.stage = idle
	fx.Wake = now + max(1, r.Spec.ReadEvery)
}

func appendCursors(b []byte, cs []Cursor) []byte {
	for _, c := range cs {
		b = binary.AppendUvarint(b, uint64(c.Part))
		b = binary.AppendUvarint(b, uint64(c.N))
		b = binary.BigEndian.AppendUint64(b, c.H)
	}
	return b
}

func parseCursors(b []byte) (cs []Cursor) {
	for len(b) > 0 {
		part, w := binary.Uvarint(b)
		n, v := binary.Uvarint(b[w:])
		b = b[w+v:]
		cs = append(cs, Cursor{Part: int(part), N: int64(n), H: binary.BigEndian.Uint64(b)})
		b = b[8:]
	}
	return cs
}
