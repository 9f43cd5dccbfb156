package linearizability

import (
	"math/rand/v2"
	"slices"
)

// A corruption makes a clean history wrong in one way. do answers false when the history has nothing of the kind.
type corruption struct {
	name  string
	finds []string // the checks that must notice, each of them, each time
	want  Result
	do    func(h *History, rng *rand.Rand) bool
}

func corruptions() []corruption {
	const (
		keys, catalog, once, cuts, sink = "linearizability", "checkpoint-catalog", "exactly-once", "consistent-cut", "sink-committed-once"
		digest, fencing, choice, ranges = "digest", "fencing", "recovery-choice", "key-ranges"
	)
	return append([]corruption{
		{"apply dropped", []string{once}, Fail, dropApply},
		{"apply dropped, later ones stay", []string{once, keys}, Fail, dropEarlyApply},
		{"apply repeated", []string{once, keys}, Fail, repeatApply},
		{"applies swapped", []string{once, keys}, Fail, swapApplies},
		{"record that was never sent", []string{once}, Fail, strangeApply},
		{"read is stale", []string{keys}, Fail, staleRead},
		{"read of the future", []string{keys}, Fail, futureRead},
		{"read of other records", []string{keys}, Fail, wrongChain},
		{"read of an unknown key has records", []string{keys}, Fail, unknownKey},
		{"committed read is dirty", []string{keys}, Fail, dirtyRead},
		{"committed read from an older checkpoint", []string{catalog, keys}, Fail, olderRead},
		{"zombie answers", []string{fencing, keys}, Fail, zombieRead},
		{"zombie commits", []string{fencing, catalog}, Fail, zombieCommit},
		{"zombie publishes", []string{fencing}, Fail, zombiePublish},
		{"a dead attempt acts", []string{fencing}, Fail, undeadApply},
		{"restored an aborted checkpoint", []string{choice, catalog, keys}, Fail, restoreAborted},
		{"restored an older checkpoint without reason", []string{choice, catalog, keys}, Fail, restoreOlder},
		{"one task restored another checkpoint", []string{choice}, Fail, restoreMixed},
		{"source rewound too far", []string{choice}, Fail, rewindWrong},
		{"commit without the last snapshot", []string{keys}, Fail, dropSnap},
		{"number of a checkpoint given twice", []string{catalog}, Fail, repeatTrigger},
		{"two commits at one place", []string{catalog}, Fail, samePlace},
		{"committed checkpoint aborted", []string{catalog}, Fail, abortCommitted},
		{"kept checkpoint deleted", []string{catalog}, Fail, deleteKept},
		{"manifest forgets a kept checkpoint", []string{catalog}, Fail, forgetKept},
		{"manifest keeps too many", []string{catalog}, Fail, keepTooMany},
		{"takeover keeps what never was", []string{catalog}, Fail, keepStranger},
		{"told of what is not committed", []string{catalog}, Fail, earlyNotice},
		{"restored digest altered", []string{digest}, Fail, alterReload},
		{"checkpoint altered", []string{cuts}, Fail, alterCut},
		{"watermark not in the checkpoint", []string{cuts}, Fail, alterMark},
		{"final state altered", []string{once, digest}, Fail, alterFinal},
		{"transaction under two names", []string{sink, once}, Fail, repeatTxn},
		{"row missing", []string{sink, once}, Fail, dropRow},
		{"row wrong", []string{sink}, Fail, wrongRow},
		{"output of an aborted checkpoint", []string{sink}, Fail, abortedTxn},
		{"output before the manifest", []string{sink}, Fail, earlyPublish},
		{"key group in two tasks", []string{ranges}, Fail, groupTwice},
		{"key group in no task", []string{ranges}, Fail, groupNowhere},
		{"record at the wrong task", []string{ranges}, Fail, wrongTask},
		{"run without end", []string{"liveness"}, Fail, func(h *History, _ *rand.Rand) bool { h.End = "restarted too often"; return true }},
		{"run ended by its plan", []string{"liveness", once}, Undecided, func(h *History, _ *rand.Rand) bool {
			h.End, h.Felled = "every machine was killed", true
			return true
		}},
		{"input not read to its end", []string{"liveness"}, Fail, func(h *History, _ *rand.Rand) bool {
			h.Final.Offsets = slices.Clone(h.Final.Offsets)
			h.Final.Offsets[0]--
			return true
		}},
		{"fault never struck", []string{"faults-struck", keys, once, digest, fencing}, Undecided, neverStruck},
		{"recovery never happened", []string{choice, once}, Undecided, func(h *History, _ *rand.Rand) bool { h.Demands.Recoveries++; return true }},
		{"nobody read", []string{keys}, Undecided, dropReads},
		{"nobody read after the last recovery", []string{keys}, Undecided, dropLateReads},
		{"nothing was open at a crash", []string{keys}, Undecided, nothingOpen},
		{"no read beside a snapshot", []string{keys}, Undecided, dropBesideSnaps},
		{"too few checkpoints", []string{catalog, cuts}, Undecided, func(h *History, _ *rand.Rand) bool {
			h.Demands.Checkpoints += 3
			return h.Mode == ExactlyOnce
		}},
	}, slices.Concat(timerCorruptions(), windowCorruptions(), ttlCorruptions())...)
}

// pick answers the place of one operation, at random, of those that fit; ok is false when none does.
func pick(h *History, rng *rand.Rand, fits func(*Op) bool) (int, bool) {
	var all []int
	for i := range h.Ops {
		if fits(&h.Ops[i]) {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return 0, false
	}
	return all[rng.IntN(len(all))], true
}

func rngOf(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 3)) }

// last is the attempt that lived to the end.
func last(h *History) int64 { return h.Attempts[len(h.Attempts)-1].Epoch }

func applied(h *History) func(*Op) bool {
	return func(op *Op) bool { return op.Kind == Apply && known(op) && op.Attempt == last(h) }
}

func (h *History) record(id ID) (key int32, n int32) {
	p := &h.Truth.Parts[id.Part()]
	return p.Key[id.Offset()], p.N[id.Offset()]
}

func dropApply(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, applied(h))
	if ok {
		op := &h.Ops[i]
		at := rng.IntN(len(op.IDs))
		op.IDs = slices.Delete(slices.Clone(op.IDs), at, at+1)
	}
	return ok
}

// when is the tickets between which an attempt applied a record, 0 when it did not.
func (h *History) when(epoch int64, part int, key, n int32) (call, back int64) {
	for i := range h.Ops {
		op := &h.Ops[i]
		if op.Kind != Apply || op.Attempt != epoch || !known(op) {
			continue
		}
		for _, id := range op.IDs {
			if k, m := h.record(id); k == key && m == n && id.Part() == part {
				return op.Call, op.Return
			}
		}
	}
	return 0, 0
}

func dropEarlyApply(h *History, rng *rand.Rand) bool {
	later := func(id ID) bool {
		key, n := h.record(id)
		call, _ := h.when(last(h), id.Part(), key, n+1)
		return call != 0
	}
	i, ok := pick(h, rng, func(op *Op) bool { return applied(h)(op) && slices.ContainsFunc(op.IDs, later) })
	if ok {
		op := &h.Ops[i]
		at := slices.IndexFunc(op.IDs, later)
		op.IDs = slices.Delete(slices.Clone(op.IDs), at, at+1)
	}
	return ok
}

func repeatApply(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, applied(h))
	if ok {
		op := &h.Ops[i]
		op.IDs = append(slices.Clone(op.IDs), op.IDs[0])
	}
	return ok
}

func swapApplies(h *History, rng *rand.Rand) bool {
	twins := func(op *Op) (a, b int) {
		for b = range op.IDs {
			for a = range b {
				ka, _ := h.record(op.IDs[a])
				if kb, _ := h.record(op.IDs[b]); ka == kb && op.IDs[a].Part() == op.IDs[b].Part() {
					return a, b
				}
			}
		}
		return -1, -1
	}
	i, ok := pick(h, rng, func(op *Op) bool { a, _ := twins(op); return applied(h)(op) && a >= 0 })
	if ok {
		op := &h.Ops[i]
		a, b := twins(op)
		op.IDs = slices.Clone(op.IDs)
		op.IDs[a], op.IDs[b] = op.IDs[b], op.IDs[a]
	}
	return ok
}

func strangeApply(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, applied(h))
	if ok {
		h.Ops[i].IDs = append(slices.Clone(h.Ops[i].IDs), ID(1<<30))
	}
	return ok
}

// shift gives the first cursor of a read another count, with the hash chain that belongs to it.
func shift(h *History, op *Op, n int64) {
	op.Cursors = slices.Clone(op.Cursors)
	c := &op.Cursors[0]
	c.N, c.H = n, 0
	p := &h.Truth.Parts[c.Part]
	for off, key := range p.Key {
		if key == op.Key && int64(p.N[off]) == n {
			c.H = p.H[off]
		}
	}
}

// live: an uncommitted read of the attempt that lived to the end, which saw something.
func live(h *History) func(*Op) bool {
	return func(op *Op) bool {
		return op.Kind == Read && op.Ckpt == 0 && op.Attempt == last(h) && known(op) && len(op.Cursors) > 0 && h.Mode == ExactlyOnce
	}
}

func staleRead(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool {
		if !live(h)(op) || op.Cursors[0].N < 2 {
			return false
		}
		_, back := h.when(op.Attempt, op.Cursors[0].Part, op.Key, int32(op.Cursors[0].N))
		return back != 0 && back < op.Call
	})
	if ok {
		shift(h, &h.Ops[i], h.Ops[i].Cursors[0].N-1)
	}
	return ok
}

func futureRead(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool {
		if !live(h)(op) {
			return false
		}
		call, _ := h.when(op.Attempt, op.Cursors[0].Part, op.Key, int32(op.Cursors[0].N)+2)
		return call > op.Return
	})
	if ok {
		shift(h, &h.Ops[i], h.Ops[i].Cursors[0].N+2)
	}
	return ok
}

func wrongChain(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, func(op *Op) bool {
		return op.Kind == Read && known(op) && len(op.Cursors) > 0 && h.Mode == ExactlyOnce
	})
	if ok {
		op := &h.Ops[i]
		op.Cursors = slices.Clone(op.Cursors)
		op.Cursors[0].H ^= 1
	}
	return ok
}

func unknownKey(h *History, rng *rand.Rand) bool {
	i, ok := pick(h, rng, live(h))
	if ok {
		h.Ops[i].Key = -1
	}
	return ok
}
