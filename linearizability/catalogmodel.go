package linearizability

import (
	"fmt"
	"slices"
)

// A catalogOp is an operation on the catalog of checkpoints.
type catalogOp struct {
	kind    Kind
	unknown bool
	reason  bool // why not the newest is said
	claims  bool // Recover: of a system that records no takeovers
	epoch   int64
	ckpt    int64
	pos     int64   // Delete: the attempt that wrote the file
	kept    []int64 // Commit, TakeOver: what is kept from then on; nil: it did not say
}

// A catalogState is the catalog as one owner would have it.
type catalogState struct {
	epoch     int64 // the owner
	pos       int64 // the last place that is known to be taken
	committed int64 // the newest checkpoint
	restored  int64 // what the owner took over for
	triggered int64 // the last id that the owner gave
	older     [olderMax]int64
	aborted   uint64           // bit i: checkpoint low+i was aborted
	low       int64            // of what is below it nobody remembers whether it was aborted
	maybe     [maybeMax]place  // commits of unknown outcome
	kept      [keptMax]keeping // the checkpoints whose files must stay, the newest last; unused ones are zero and stand first
	retained  int32            // how many completed ones are kept; 0: nobody says
}

// A place is where a commit of unknown outcome may stand.
type place struct{ ckpt, pos int64 }

const (
	olderMax = 8
	maybeMax = 4
)

// catalogModel is model L-B.
func catalogModel() *model[catalogState, catalogOp] {
	return &model[catalogState, catalogOp]{
		step: func(s *catalogState, o *catalogOp, next *[2]catalogState) int {
			next[0] = *s
			if o.kind == TakeOver && o.unknown {
				next[1] = *s
				return 1 + one(o.epoch > s.epoch && next[1].takeOver(o))
			}
			return one(next[0].take(o))
		},
		hash: func(s *catalogState) uint64 {
			h := uint64(s.epoch)*0x9E3779B97F4A7C15 ^ uint64(s.committed)*0xC4CEB9FE1A85EC53
			return (h ^ h>>31 ^ uint64(s.pos)<<20 ^ uint64(s.triggered)) * 0xFF51AFD7ED558CCD
		},
		sayOp:    sayCatalogOp,
		sayState: sayCatalogState,
	}
}

func (s *catalogState) take(o *catalogOp) bool {
	switch o.kind {
	case TakeOver:
		return o.epoch >= s.epoch && s.takeOver(o)
	case Recover:
		return s.recover(o)
	case Read:
		return s.is(o.ckpt)
	case Delete: // whoever does it
		return !s.keeps(o.ckpt, o.pos)
	}
	if o.epoch < s.epoch { // what a replaced attempt does is without effect, and a commit of its cannot have succeeded
		return o.kind != Commit || o.unknown
	}
	if o.epoch > s.epoch {
		return false
	}
	switch o.kind {
	case Trigger:
		return s.trigger(o.ckpt)
	case Commit:
		return s.commit(o)
	case Abort:
		return s.abort(o.ckpt)
	case Notify:
		return s.had(o.ckpt) || s.is(o.ckpt)
	}
	return true
}

func (s *catalogState) trigger(ckpt int64) bool {
	if ckpt <= s.triggered || ckpt <= s.committed {
		return false
	}
	s.triggered = ckpt
	return true
}

// isPending tells whether the owner triggered a checkpoint that is newer than the last committed one, and did not abort it.
func (s *catalogState) isPending(ckpt int64) bool {
	at := ckpt - s.low
	return ckpt > s.committed && ckpt <= s.triggered && (at < 0 || at > 63 || s.aborted>>at&1 == 0)
}

func (s *catalogState) commit(o *catalogOp) bool {
	if o.ckpt == s.committed && o.pos == s.pos {
		return true // put again, found to be there
	}
	m := s.findMaybe(o.ckpt)
	switch {
	case !s.isPending(o.ckpt) && m == nil:
		return o.unknown
	case o.unknown:
		s.addMaybe(place{o.ckpt, o.pos})
		return true
	case o.pos <= s.pos || o.ckpt <= s.committed:
		return false
	}
	s.newest(o.ckpt)
	s.pos = o.pos
	return s.agrees(o)
}

// newest makes a checkpoint the newest committed one.
func (s *catalogState) newest(ckpt int64) {
	if ckpt > s.committed {
		copy(s.older[1:], s.older[:olderMax-1])
		s.older[0] = s.committed
		s.committed = ckpt
		s.keep(ckpt)
	}
	for i := range s.maybe {
		if s.maybe[i].ckpt <= ckpt {
			s.maybe[i] = place{}
		}
	}
}

func (s *catalogState) findMaybe(ckpt int64) *place {
	for i := range s.maybe {
		if s.maybe[i].ckpt == ckpt && ckpt > s.committed {
			return &s.maybe[i]
		}
	}
	return nil
}

func (s *catalogState) addMaybe(p place) {
	if m := s.findMaybe(p.ckpt); m != nil {
		return
	}
	copy(s.maybe[1:], s.maybe[:maybeMax-1])
	s.maybe[0] = p
}

func (s *catalogState) abort(ckpt int64) bool {
	if ckpt == s.committed || slices.Contains(s.older[:], ckpt) {
		return false
	}
	if up := ckpt - 63 - s.low; up > 0 {
		s.aborted, s.low = s.aborted>>min(up, 64), s.low+up
	}
	if at := ckpt - s.low; at >= 0 {
		s.aborted |= 1 << at
	}
	if m := s.findMaybe(ckpt); m != nil {
		*m = place{}
	}
	return true
}

// had tells whether a checkpoint is committed, the newest or an older one. Of those too old to be remembered it says yes.
func (s *catalogState) had(ckpt int64) bool {
	if ckpt == s.committed {
		return true
	}
	for _, c := range s.older {
		if c == ckpt && ckpt < s.committed {
			return true
		}
	}
	return ckpt < s.older[olderMax-1]
}

// is tells whether a checkpoint is the newest; that settles a commit of unknown outcome.
func (s *catalogState) is(ckpt int64) bool {
	if m := s.findMaybe(ckpt); m != nil {
		s.pos = max(s.pos, m.pos)
		s.newest(ckpt)
	}
	return ckpt == s.committed
}

// takeOver gives the catalog to another owner, or to the same once more with a reason to restore another checkpoint.
func (s *catalogState) takeOver(o *catalogOp) bool {
	if o.epoch == s.epoch && o.pos == s.pos && o.ckpt == s.restored {
		return true // put again, found to be there
	}
	if o.pos <= s.pos || !s.adopt(o) {
		return false
	}
	s.pos = o.pos
	return true
}

// adopt makes o's attempt the owner, with o's checkpoint as the newest. What was under way is over.
func (s *catalogState) adopt(o *catalogOp) bool {
	if m := s.findMaybe(o.ckpt); m != nil && (o.kind == Recover || m.pos < o.pos) {
		s.newest(o.ckpt)
	}
	switch {
	case o.ckpt == s.committed && !o.reason:
		if !s.agrees(o) {
			return false
		}
	case o.reason && s.had(o.ckpt):
		s.committed = o.ckpt
		s.fallBack(o)
		for i := range s.older {
			if s.older[i] >= o.ckpt {
				s.older[i] = 0
			}
		}
	default:
		return false
	}
	s.epoch, s.restored, s.triggered = o.epoch, o.ckpt, o.ckpt
	s.aborted, s.low, s.maybe = 0, o.ckpt+1, [maybeMax]place{}
	return true
}

func (s *catalogState) recover(o *catalogOp) bool {
	switch {
	case o.epoch > s.epoch:
		return o.claims && s.adopt(o)
	case o.epoch < s.epoch:
		return false
	case o.ckpt == s.restored:
		return true
	}
	return o.reason && s.adopt(o)
}

func sayCatalogOp(o *catalogOp) string {
	verb := map[Kind]string{Trigger: "trigger", Commit: "commit", Abort: "abort", TakeOver: "take over for", Recover: "restore",
		Read: "newest is", Notify: "told of", Delete: "delete files of"}[o.kind]
	what := fmt.Sprintf("%s chk-%d", verb, o.ckpt)
	if o.kind == Commit || o.kind == TakeOver {
		what += fmt.Sprintf(" at %d", o.pos)
	}
	if len(o.kept) > 0 {
		what += fmt.Sprintf(", kept %v", o.kept)
	}
	if o.unknown {
		what += " ?"
	}
	return what
}

func sayCatalogState(s *catalogState) string {
	what := fmt.Sprintf("attempt %d, chk-%d is the newest, %d entries", s.epoch, s.committed, s.pos+1)
	if s.triggered > s.committed {
		what += fmt.Sprintf(", up to chk-%d triggered", s.triggered)
	}
	for _, m := range s.maybe {
		if m.ckpt != 0 {
			what += fmt.Sprintf(", chk-%d perhaps", m.ckpt)
		}
	}
	return what
}
