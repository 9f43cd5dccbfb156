package linearizability

import (
	"fmt"
	"strings"
)

// A keyOp is an operation on one key's part of one source partition.
type keyOp struct {
	kind    Kind
	unknown bool // it took effect or not
	broken  bool // Apply: the records of one batch do not follow each other
	fits    bool // Read: the hash chain is that of N records in order
	reason  bool // Recover: why not the newest is said
	epoch   int32
	// first and last are record numbers of an Apply; n is what a Read saw. Of an Alarm: see timermodel.go.
	first, last, n int32
	ckpt           int32
}

// A keyState is what one key knows of one source partition, and its checkpoints.
type keyState struct {
	epoch     int32
	committed int32
	snaps     [snapsMax]snap // ascending by ckpt, the newest last; unused ones are zero and stand first
	cur       int32          // how many records were counted
	last      int32          // the number of the record that was counted last; less than cur when records were counted again
	loose     bool           // at least once: the next record may be one that was counted before
}

// A snap is what a checkpoint holds of the key. That of checkpoint 0 is the state before the first record.
type snap struct {
	ckpt    int32
	n, last int32 // cur and last of the state
	status  snapStatus
}

type snapStatus int32

const (
	unused snapStatus = iota
	captured
	perhaps
	committed
)

// snapsMax bounds the checkpoints that are remembered: those retained and those under way. A history that needs more is not searched.
const snapsMax = 16

func newKeyState(epoch int32) keyState {
	s := keyState{epoch: epoch}
	s.snaps[snapsMax-1].status = committed
	return s
}

func (s *keyState) find(ckpt int32) *snap {
	for i := snapsMax - 1; i >= 0; i-- {
		if s.snaps[i].ckpt == ckpt && s.snaps[i].status != unused {
			return &s.snaps[i]
		}
	}
	return nil
}

// put remembers a checkpoint in the place of an unused one, else of the oldest that is not the last committed.
func (s *keyState) put(x snap) {
	if old := s.find(x.ckpt); old != nil {
		*old = x
		return
	}
	drop := 0
	if s.snaps[0].status != unused && s.snaps[0].ckpt == s.committed {
		drop = 1
	}
	copy(s.snaps[drop:], s.snaps[drop+1:])
	i := snapsMax - 1
	for ; i > 0 && s.snaps[i-1].status != unused && s.snaps[i-1].ckpt > x.ckpt; i-- {
		s.snaps[i] = s.snaps[i-1]
	}
	s.snaps[i] = x
}

// commit makes a checkpoint the last committed one. Older ones of unknown outcome stay as they are: nobody can tell any more.
func (s *keyState) commit(x *snap) {
	x.status = committed
	s.committed = x.ckpt
}

// keyModel is model L-A: one key and one source partition across checkpoints and recoveries. falls tells whether some attempt restored an
// older checkpoint and said why; when none did, checkpoints older than the last committed one are forgotten. They can be in no answer, and a
// snapshot that fell between two records in one of two ways would otherwise double the ways to follow.
func keyModel(mode Mode, falls bool) *model[keyState, keyOp] {
	again := mode == AtLeastOnce
	return &model[keyState, keyOp]{
		step: func(s *keyState, o *keyOp, next *[2]keyState) int {
			switch o.kind {
			case Apply:
				return s.apply(o, again, next)
			case Recover:
				next[0] = *s
				return one(next[0].recover(o, again))
			}
			next[0] = *s
			ok := next[0].take(o)
			if !falls && next[0].committed != s.committed {
				next[0].forget()
			}
			return one(ok)
		},
		hash: func(s *keyState) uint64 {
			h := uint64(s.cur)*0x9E3779B97F4A7C15 ^ uint64(s.committed)*0xC4CEB9FE1A85EC53 ^ uint64(s.epoch)<<48
			newest := &s.snaps[snapsMax-1]
			h = (h ^ h>>29) + uint64(newest.ckpt)<<32 + uint64(newest.n)<<8 + uint64(newest.status)
			return h * 0xFF51AFD7ED558CCD
		},
		sayOp:    sayKeyOp,
		sayState: sayKeyState,
	}
}

func one(ok bool) int {
	if ok {
		return 1
	}
	return 0
}

// apply: a batch is counted whole. Records of an attempt that was replaced count nowhere.
func (s *keyState) apply(o *keyOp, again bool, next *[2]keyState) int {
	next[0] = *s
	if o.epoch < s.epoch {
		return 1
	}
	fits := o.epoch == s.epoch && !o.broken && (o.first == s.last+1 || again && s.loose && o.first <= s.last+1)
	if !fits {
		return one(o.unknown)
	}
	after := &next[0]
	if o.unknown {
		after = &next[1]
		*after = *s
	}
	after.cur += o.last - o.first + 1
	after.last = o.last
	after.loose = false
	return 1 + one(o.unknown)
}

// recover: the state is that of the newest committed checkpoint, or of one whose commit was perhaps a success; an older one with a reason.
func (s *keyState) recover(o *keyOp, again bool) bool {
	x := s.find(o.ckpt)
	switch {
	case x == nil || o.epoch < s.epoch:
		return false
	case o.ckpt == s.committed || x.status == perhaps && o.ckpt > s.committed:
	case o.reason && x.status >= perhaps:
	default:
		return false
	}
	s.epoch, s.cur, s.last, s.loose = o.epoch, x.n, x.last, again
	s.commit(x)
	s.settle()
	return true
}

// settle forgets what a recovery has decided against: checkpoints newer than the one restored, and commits of unknown outcome.
func (s *keyState) settle() {
	var kept [snapsMax]snap
	i := snapsMax
	for k := snapsMax - 1; k >= 0; k-- {
		if x := s.snaps[k]; x.status == committed && x.ckpt <= s.committed {
			i--
			kept[i] = x
		}
	}
	s.snaps = kept
}

// forget drops what is older than the last committed checkpoint.
func (s *keyState) forget() {
	for i := range s.snaps {
		if s.snaps[i].ckpt < s.committed {
			s.snaps[i] = snap{}
		}
	}
}

func (s *keyState) take(o *keyOp) bool {
	switch o.kind {
	case Read:
		if o.ckpt == 0 {
			return o.epoch == s.epoch && o.n == s.cur && (o.fits || s.cur != s.last)
		}
		x := s.find(o.ckpt)
		if x == nil || x.n != o.n || !o.fits && x.n == x.last {
			return false
		}
		if x.status == perhaps && x.ckpt > s.committed {
			s.commit(x)
		}
		return x.ckpt == s.committed
	case Snap:
		if o.epoch == s.epoch {
			s.put(snap{o.ckpt, s.cur, s.last, captured})
		}
		return true
	case Commit:
		return s.committing(o)
	}
	return true
}

func (s *keyState) committing(o *keyOp) bool {
	x := s.find(o.ckpt)
	switch {
	case o.epoch != s.epoch: // too late: a commit of unknown outcome did not happen then
		return o.unknown
	case x == nil:
		return o.unknown
	case o.unknown:
		x.status = max(x.status, perhaps)
		return true
	case x.status == committed:
		return o.ckpt == s.committed
	case o.ckpt < s.committed:
		return false
	}
	s.commit(x)
	return true
}

func sayKeyOp(o *keyOp) string {
	what := ""
	switch o.kind {
	case Apply:
		what = fmt.Sprintf("add %d", o.last-o.first+1)
		if o.broken {
			what += " out of order"
		}
		what += fmt.Sprintf(" → %d", o.last)
	case Read:
		what = fmt.Sprintf("read %d", o.n)
		if o.ckpt != 0 {
			what += fmt.Sprintf(" from chk-%d", o.ckpt)
		}
		if !o.fits {
			what += " (other records)"
		}
	case Snap:
		what = fmt.Sprintf("snapshot for chk-%d", o.ckpt)
	case Commit:
		what = fmt.Sprintf("commit chk-%d", o.ckpt)
	case Recover:
		what = fmt.Sprintf("restore chk-%d", o.ckpt)
	}
	if o.unknown {
		what += " ?"
	}
	return what
}

func sayKeyState(s *keyState) string {
	var b strings.Builder
	fmt.Fprintf(&b, "count %d, attempt %d, chk-%d committed", s.cur, s.epoch, s.committed)
	for i := range s.snaps {
		if x := &s.snaps[i]; x.status != unused && x.ckpt >= s.committed {
			fmt.Fprintf(&b, ", chk-%d: %d%s", x.ckpt, x.n, [...]string{"", " pending", " perhaps", ""}[x.status])
		}
	}
	return b.String()
}
