package linearizability

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// judgeKeys is the check linearizability: model L-A for each key and source partition.
func judgeKeys(ctx context.Context, v *View, o Options) Verdict {
	switch {
	case !o.Porcupine:
		return notApplicable("porcupine was not asked to search")
	case v.Truth == nil || len(v.Truth.Parts) == 0:
		return undecided(0, "the input is not known")
	case len(v.lives) == 0:
		return undecided(0, "no attempt was recorded")
	}
	if bad, found := v.impossible(); found {
		return bad
	}
	if n := v.remembered(); n > snapsMax {
		return undecided(0, "%d checkpoints would have to be remembered at once, of each key; the model remembers %d", n, snapsMax)
	}
	k := newKeyed(v)
	k.choose(o)
	parts, pieces, owner := k.pieces(o)
	var judged int64
	for i := range parts {
		judged += int64(len(parts[i].calls))
	}
	if judged == 0 {
		return undecided(0, "no operation on a key was recorded")
	}
	bad, unknown := searchAll(ctx, pieces, o)
	switch {
	case bad >= 0:
		return k.violation(ctx, &parts[owner[bad]], &pieces[bad], judged, o)
	case unknown > 0:
		return undecided(judged, "porcupine did not decide %d of %d partitions in %v", unknown, len(pieces), o.Timeout)
	}
	return pass(judged, "%d operations on %s have an order that explains every answer", judged, k.share())
}

// share says which keys were searched.
func (k *keyed) share() string {
	switch {
	case k.Sampled < 1:
		return fmt.Sprintf("%d keys (those recorded: %.2g of all)", len(k.keys), k.Sampled)
	case len(k.keys) < k.of:
		return fmt.Sprintf("%d of %d keys", len(k.keys), k.of)
	}
	return plural(len(k.keys), "key", "keys")
}

// pieces cuts the partitions that are too long. A key with a partition that cannot be cut is left out whole.
func (k *keyed) pieces(o Options) (parts []keyPart, pieces []partition[keyState, keyOp], owner []int) {
	var out map[int32]bool
	all := k.parts()
	cuts := make([][]partition[keyState, keyOp], len(all))
	for i := range all {
		if len(all[i].calls) <= o.OpsMax {
			continue
		}
		var ok bool
		if cuts[i], ok = cut(all[i].partition, o.OpsMax, opsHard); !ok {
			if out == nil {
				out = map[int32]bool{}
			}
			out[all[i].key] = true
		}
	}
	pieces, owner = make([]partition[keyState, keyOp], 0, len(all)), make([]int, 0, len(all))
	parts = all[:0]
	for i, p := range all {
		if out[p.key] {
			continue
		}
		if cuts[i] == nil {
			pieces, owner = append(pieces, p.partition), append(owner, len(parts))
		}
		for _, c := range cuts[i] {
			pieces, owner = append(pieces, c), append(owner, len(parts))
		}
		parts = append(parts, p)
	}
	left := k.keys[:0]
	for _, key := range k.keys {
		if !out[key] {
			left = append(left, key)
		}
	}
	k.keys = left
	return parts, pieces, owner
}

// remembered is how many checkpoints the model has to remember at once: the last that was committed, or as many as an attempt may fall back
// to, and those that are captured, and will be tried, and are not behind a commit yet.
func (v *View) remembered() int {
	most := 0
	for i := range v.lives {
		most = max(most, v.captives(v.lives[i].Epoch))
	}
	if slices.ContainsFunc(v.lives, func(l life) bool { return l.reason != "" }) {
		return most + max(1, v.Retained)
	}
	return most + 1
}

// captives is how many checkpoints of an attempt are captured and not behind a commit at once, at most.
func (v *View) captives(epoch int64) (most int) {
	tried, newest := map[int64]bool{}, []*Op{} // newest: commits that were answered, in the order of their answers
	for _, i := range v.by[Commit] {
		if op := &v.Ops[i]; op.Attempt == epoch && op.Outcome != Refused {
			if tried[op.Ckpt] = true; known(op) {
				newest = append(newest, op)
			}
		}
	}
	slices.SortFunc(newest, func(a, b *Op) int { return cmp.Compare(a.Return, b.Return) })
	var open []int64 // captured, in the order in which that began
	for _, i := range v.by[Snap] {
		op := &v.Ops[i]
		if op.Attempt != epoch || !tried[op.Ckpt] || slices.Contains(open, op.Ckpt) {
			continue
		}
		for len(newest) > 0 && newest[0].Return < op.Call {
			open = slices.DeleteFunc(open, func(c int64) bool { return c <= newest[0].Ckpt })
			newest = newest[1:]
		}
		open = append(open, op.Ckpt)
		most = max(most, len(open))
	}
	return most
}

// impossible finds an answer that no order could explain, because the input has nothing of the kind.
func (v *View) impossible() (Verdict, bool) {
	seen := make([]bool, len(v.Truth.Keys)*len(v.Truth.Parts))
	for p := range v.Truth.Parts {
		for _, key := range v.Truth.Parts[p].Key {
			seen[int(key)*len(v.Truth.Parts)+p] = true
		}
	}
	for _, i := range v.by[Read] {
		op := &v.Ops[i]
		if !known(op) {
			continue
		}
		for _, c := range op.Cursors {
			has := op.Key >= 0 && int(op.Key) < len(v.Truth.Keys) && c.Part >= 0 && c.Part < len(v.Truth.Parts) &&
				seen[int(op.Key)*len(v.Truth.Parts)+c.Part]
			if c.N != 0 && !has {
				who := "A key that the input does not have"
				if op.Key >= 0 {
					who = "Key " + v.name(op.Key)
				}
				return fail(1, Story{
					Title: who + " holds records that were never sent",
					Say: fmt.Sprintf("A read of attempt %d returned %s of source partition %d. The input has none there for this key.",
						op.Attempt, plural(int(c.N), "record", "records"), c.Part),
					Want: "0", Got: fmt.Sprint(c.N),
				}, int(i)), true
			}
		}
	}
	return Verdict{}, false
}
