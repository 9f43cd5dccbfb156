package engine

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir/backends/tables"
)

// A Log is one partition of the input: replayable, and the same at every replay. Any number of sources read it, each on its goroutine.
type Log[K comparable, V any] interface {
	// Read appends at most max rows from offset to the columns. No row is the end. It does not wait. times stays empty in a job without
	// event time; else times ascend within a partition, unless the log is Marked.
	Read(offset int64, max int, keys []K, vals []V, times []int64) ([]K, []V, []int64)
}

// A Marked log says itself where its watermarks stand. Of one whose times do not ascend nobody else can know them. No batch goes over a
// watermark, so what is late does not depend on the size of batches.
type Marked interface {
	// NextMark is how many rows stand before the first watermark that has more than offset rows before it, and that watermark. Watermarks
	// ascend. at is math.MaxInt64 when there is none.
	NextMark(offset int64) (at, mark int64)
}

// A Source reads one partition. Its state is the offset and the watermark, small enough to travel in the Ack.
type Source[K comparable, V any] struct {
	Common
	Log    Log[K, V]
	Key    tables.KeyType[K]
	marked Marked // Log, if it is
	silent Silent // Log, if it is
	// everywhere tells of which records every task gets a copy; nil: of none.
	everywhere func(v V) bool
	out        port[K, V]
	keys       []K
	rows       Rows[K, V]
	cuts       []int64 // offsets at which a batch must end
	offset     int64
	mark       int64 // the last that was sent, NoMark before; EndOfTime once the end was told
	ran        bool
	stage      inputStage
	phased     bool // the phase that it is in was told
	waits      bool // for the alarm or a checkpoint: by its phase, or in a silence, it may not read yet
	quiet      quiet
}

func (s *Source[K, V]) Step(ev *Event, fx *Effects) {
	switch ev.Kind {
	case Poll, Wake:
		if s.waits = false; s.ran && s.mark != EndOfTime {
			s.poll(ev.Now, fx)
		}
	case Tell:
		s.told(&ev.Msg, fx)
	}
	if s.ran && s.mark != EndOfTime && !s.waits {
		fx.Takes = MayPoll
	}
}

// poll reads, waits or ends, as time and the phases will have it.
func (s *Source[K, V]) poll(now int64, fx *Effects) {
	most, over := int64(math.MaxInt64), s.Spec.Until > 0 && now >= s.Spec.Until
	if len(s.Spec.Phases) > 0 && !over {
		most, over = s.allowed(now, fx)
	}
	if most > 0 && !over {
		most = min(most, s.heard(now, fx))
	}
	if behind := s.behind(); over && behind > 0 {
		most, over = behind, false
	}
	switch {
	case over:
		s.end(fx)
	case most == 0:
		s.waits = true
	default:
		s.read(int(min(most, int64(s.Spec.Batch*len(s.out.open)))), fx)
	}
}

// behind is how many rows an earlier attempt has read that this one has not. What was read once is the input, whatever the clock says now.
func (s *Source[K, V]) behind() int64 {
	if s.Spec.Furthest == nil {
		return 0
	}
	return s.Spec.Furthest[s.Role.Index].Load() - s.offset
}

// reached tells later attempts how far this one has read. A zombie may tell at the same time.
func (s *Source[K, V]) reached() {
	for s.Spec.Furthest != nil {
		far := &s.Spec.Furthest[s.Role.Index]
		if was := far.Load(); was >= s.offset || far.CompareAndSwap(was, s.offset) {
			return
		}
	}
}

func (s *Source[K, V]) read(most int, fx *Effects) {
	rows, outputs := &s.rows, len(s.out.open)
	s.quiet.idle = false
	if outputs == 1 {
		rows = s.out.only(0) // read where it leaves from
	}
	rows.Reset()
	next, mark := int64(math.MaxInt64), int64(NoMark)
	if s.marked != nil {
		next, mark = s.marked.NextMark(s.offset)
	}
	most = s.room(int(min(int64(most), next-s.offset)))
	s.keys, rows.Vals, rows.Times = s.Log.Read(s.offset, most, s.keys[:0], rows.Vals, rows.Times)
	n := len(s.keys)
	if n == 0 {
		s.end(fx)
		return
	}
	n, all := s.alone(rows, n)
	rows.Keys = slices.Grow(rows.Keys[:0], n)[:n]
	s.Key.Mark(rows.Keys, s.keys)
	if s.Spec.Track {
		for i := range n {
			rows.IDs = append(rows.IDs, MakeID(s.Role.Index, s.offset+int64(i)))
		}
	}
	s.offset += int64(n)
	s.reached()
	switch {
	case s.offset == next:
		s.mark = mark
	case s.marked == nil && len(rows.Times) > 0: // times ascend within a partition, and of a row without one nobody knows
		s.mark = max(s.mark, max(rows.Times[n-1], NoTime+1)-1)
	}
	switch {
	case all:
		s.out.repeat(rows)
	case outputs > 1:
		s.out.scatter(rows)
	}
	s.say(fx)
	if len(s.cuts) > 0 && s.offset == s.cuts[0] {
		s.cuts = s.cuts[1:]
		fx.Note(AtInputRecords, s.offset)
	}
}

// alone shortens what was read so that a record for every task is in a batch of its own, and tells whether this is one.
func (s *Source[K, V]) alone(rows *Rows[K, V], n int) (left int, all bool) {
	if s.everywhere == nil {
		return n, false
	}
	if left = slices.IndexFunc(rows.Vals, s.everywhere); left < 0 {
		return n, false
	}
	left, all = max(left, 1), left == 0
	s.keys, rows.Vals, rows.Times = s.keys[:left], rows.Vals[:left], rows.Times[:min(left, len(rows.Times))]
	return left, all
}

// say sends what was read, and the watermark.
func (s *Source[K, V]) say(fx *Effects) {
	if s.Spec.Track && s.mark != NoMark {
		fx.Fact(Fact{Kind: Reached, Pos: s.offset, Mark: s.mark})
	}
	s.out.flush(fx, s.mark, 0)
}

// room is how many rows may be read before the next cut.
func (s *Source[K, V]) room(want int) int {
	for len(s.cuts) > 0 && s.cuts[0] <= s.offset {
		s.cuts = s.cuts[1:]
	}
	if s.bug("small-batches") {
		want = max(1, want/2)
	}
	if len(s.cuts) > 0 {
		return int(min(int64(want), s.cuts[0]-s.offset))
	}
	return want
}

// end tells those downstream that nothing will come any more, and the coordinator, whose next checkpoint is then the last.
func (s *Source[K, V]) end(fx *Effects) {
	s.mark = EndOfTime
	s.say(fx)
	s.tell(fx, Ended, s.Coord, 0, nil)
}

func (s *Source[K, V]) told(m *Msg, fx *Effects) {
	switch m.Kind {
	case Restore:
		s.offset, s.mark, s.stage = 0, NoMark, inputStage{}
		if m.State != nil {
			var err error
			if s.offset, s.mark, s.stage, err = parseSource(m.State); err != nil {
				fx.Fail(fmt.Errorf("restore %s: %w", s.Role, err))
				return
			}
		}
		s.tell(fx, Fetched, s.Coord, m.Ckpt, nil)
	case Load:
		if s.Spec.Track {
			fx.Fact(Fact{Kind: Rewound, Ckpt: m.Ckpt, Pos: s.offset, Mark: s.mark})
		}
		s.tell(fx, Restored, s.Coord, m.Ckpt, nil)
	case Run:
		s.ran = true
		switch {
		case s.mark == EndOfTime:
			s.end(fx)
		case s.mark != NoMark && !s.bug("watermark-not-said-again"): // or an idle partition would hold back time after a recovery
			s.say(fx)
		}
	case Trigger:
		s.trigger(m.Ckpt, fx)
	case Complete:
		fx.Note(AtNotified, m.Ckpt)
		s.completed(m.Ckpt)
	}
}

func (s *Source[K, V]) trigger(ckpt int64, fx *Effects) {
	fx.Note(AtBarrier, ckpt)
	s.stage.began(ckpt)
	s.out.flush(fx, NoMark, ckpt)
	offset, mark := s.offset, s.mark
	if offset > 0 && mark != EndOfTime && s.bug("offset-too-far") {
		offset++
	}
	if mark != NoMark && mark != EndOfTime && s.bug("watermark-forgotten") {
		mark = NoMark
	}
	part := SourcePart(offset, mark)
	if len(s.Spec.Phases) > 0 {
		part = append(part, s.stage.String()...)
	}
	if s.quiet.idle {
		part = append(part, idleWord...)
	}
	s.tell(fx, Ack, s.Coord, ckpt, part)
}

// SourcePart is what a source acks, and ParseSourcePart reads it.
func SourcePart(offset, mark int64) []byte {
	if mark == NoMark {
		return fmt.Appendf(nil, "offset %d watermark %s", offset, noneWord)
	}
	return fmt.Appendf(nil, "offset %d watermark %d", offset, mark)
}

// noneWord is the watermark of a source that has said none.
const noneWord = "none"

// ParseSourcePart reads a source's part of a checkpoint: the offset of its next record, and its watermark, NoMark where it has said none. The
// error wraps ErrCorrupt.
func ParseSourcePart(b []byte) (offset, mark int64, err error) {
	offset, mark, _, err = parseSource(b)
	return offset, mark, err
}

// idleWord ends the part of a source that is idle. What is restored is not idle until it finds out again.
const idleWord = " idle"

// SourceIdle tells whether a source that acked b was idle.
func SourceIdle(b []byte) bool { return strings.HasSuffix(string(b), idleWord) }

// parseSource reads where a source stood; that of a job with phases says so too.
func parseSource(b []byte) (offset, mark int64, at inputStage, err error) {
	f := strings.Fields(strings.TrimSuffix(string(b), idleWord))
	words := []string{"offset", "watermark", "phase", "since", "from"}
	if len(f) != 4 && len(f) != 2*len(words) {
		return 0, 0, at, fmt.Errorf("part %q: want an offset and a watermark", b)
	}
	var n [5]int64
	for i := 0; i < len(f); i += 2 {
		if f[i] != words[i/2] {
			return 0, 0, at, fmt.Errorf("part %q: want an offset and a watermark", b)
		}
		if f[i] == "watermark" && f[i+1] == noneWord {
			n[i/2] = NoMark
		} else if n[i/2], err = strconv.ParseInt(f[i+1], 10, 64); err != nil {
			return 0, 0, at, fmt.Errorf("part %q: %w", b, err)
		}
	}
	return n[0], n[1], inputStage{phase: int(n[2]), since: n[3], from: n[4]}, nil
}
