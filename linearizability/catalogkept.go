package linearizability

import "slices"

// A keeping is a completed checkpoint whose files must stay, and the attempt that wrote them, 0 when that is not known.
type keeping struct{ ckpt, epoch int32 }

// keptMax is the largest number of retained checkpoints that is followed; when more are, nothing is said of what is kept.
const keptMax = 8

// keep adds a checkpoint that the owner committed, and drops the oldest beyond what is retained.
func (s *catalogState) keep(ckpt int64) { s.add(keeping{int32(ckpt), int32(s.epoch)}) }

func (s *catalogState) add(k keeping) {
	if s.retained == 0 || s.retained > keptMax {
		return
	}
	copy(s.kept[:], s.kept[1:])
	s.kept[keptMax-1] = k
	clear(s.kept[:keptMax-s.retained])
}

// keeps tells whether files of a checkpoint that an attempt wrote must stay.
func (s *catalogState) keeps(ckpt, epoch int64) bool {
	return slices.ContainsFunc(s.kept[:], func(k keeping) bool {
		return k.ckpt != 0 && int64(k.ckpt) == ckpt && (k.epoch == 0 || int64(k.epoch) == epoch)
	})
}

// agrees tells whether what an entry says is kept is what must be: no checkpoint that is retained is missing, none is there that never was
// one, they are not more than are retained, and the newest is the last.
func (s *catalogState) agrees(o *catalogOp) bool {
	if o.kept == nil || s.retained == 0 || s.retained > keptMax {
		return true
	}
	for _, k := range s.kept {
		if k.ckpt != 0 && !slices.Contains(o.kept, int64(k.ckpt)) {
			return false
		}
	}
	for i, c := range o.kept {
		if i > 0 && c <= o.kept[i-1] || !s.had(c) {
			return false
		}
	}
	n := len(o.kept)
	return n <= int(s.retained) && (n == 0 && o.ckpt == 0 || n > 0 && o.kept[n-1] == o.ckpt)
}

// fallBack forgets what is newer than the checkpoint that a takeover restores, for a reason, and what it does not want to keep.
func (s *catalogState) fallBack(o *catalogOp) {
	before := s.kept
	s.kept = [keptMax]keeping{}
	for _, k := range before {
		if k.ckpt != 0 && int64(k.ckpt) <= o.ckpt && (o.kept == nil || slices.Contains(o.kept, int64(k.ckpt))) {
			s.add(k)
		}
	}
	if o.ckpt != 0 && int64(s.kept[keptMax-1].ckpt) != o.ckpt {
		s.add(keeping{ckpt: int32(o.ckpt)}) // it was not kept any more, and is again
	}
}
