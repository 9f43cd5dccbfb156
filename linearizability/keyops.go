package linearizability

import (
	"cmp"
	"slices"
)

// keyed is the history taken apart by key and source partition, for the keys that are searched.
type keyed struct {
	*View
	stride  int     // partitions of the source
	slot    []int32 // by key*stride+part: the place of its records in Apply operations, -1 when it is not searched
	records []int32 // by key*stride+part: how many records the input has
	weight  []int32 // by key*stride+part: how many operations, those of checkpoints and recoveries left out
	read    []bool  // by key
	keys    []int32 // the searched keys
	of      int     // out of so many
	frames  frames
	chains  chains
}

// limit is the ticket behind which an attempt's operation ends or is without effect, 0: there is none. What an attempt could still commit
// is settled by the takeover. All else ends at the fence, unless the attempt lived on: then another's recovery ends it.
func (l *life) limit(op *Op) int64 {
	switch {
	case op.Kind == Commit:
		return l.took
	case l.Zombie || l.Fence != 0 && op.Call >= l.Fence:
		return l.over
	}
	return l.Fence
}

// span is the interval in which an operation takes effect if it does, by the fence rule. ok is false when nothing of it can be seen.
func (v *View) span(op *Op) (from, to int64, unknown, ok bool) {
	l := v.life(op.Attempt)
	if l == nil || op.Outcome == Refused {
		return 0, 0, false, false
	}
	unknown = op.Outcome == Unknown || op.Return == 0
	limit := l.limit(op)
	if limit != 0 && op.Call >= limit && (op.Kind == Apply || op.Kind == Alarm || op.Kind == Snap || unknown) {
		return 0, 0, false, false
	}
	from, to = op.Call, op.Return
	if to == 0 {
		to = v.end
	}
	if limit != 0 && from < limit {
		to = min(to, limit)
	}
	return from, max(from, to), unknown, true
}

func newKeyed(v *View) *keyed {
	k := &keyed{View: v, stride: len(v.Truth.Parts)}
	n := len(v.Truth.Keys) * k.stride
	k.records, k.weight = make([]int32, n), make([]int32, n)
	k.read = make([]bool, len(v.Truth.Keys))
	for p := range v.Truth.Parts {
		part := &v.Truth.Parts[p]
		for off, key := range part.Key {
			k.records[int(key)*k.stride+p] = part.N[off]
		}
	}
	k.weigh()
	k.frames = newFrames(v)
	return k
}

// weigh counts the operations of every key.
func (k *keyed) weigh() {
	seen := make([]int32, len(k.weight)) // the last operation that was counted, plus 1
	for _, i := range k.by[Apply] {
		for _, id := range k.Ops[i].IDs {
			if at, ok := k.at(id); ok && seen[at] != i+1 {
				seen[at] = i + 1
				k.weight[at]++
			}
		}
	}
	for _, i := range k.by[Read] {
		if op := &k.Ops[i]; known(op) && op.Key >= 0 && int(op.Key) < len(k.read) {
			k.read[op.Key] = true
			for p := range k.stride {
				k.weight[int(op.Key)*k.stride+p]++
			}
		}
	}
}

// at is the place of a record's key and partition; ok is false for a record that the input does not have.
func (v *View) at(id ID) (at int, ok bool) {
	p, off := id.Part(), id.Offset()
	if p >= len(v.Truth.Parts) || off >= int64(len(v.Truth.Parts[p].Key)) {
		return 0, false
	}
	return int(v.Truth.Parts[p].Key[off])*len(v.Truth.Parts) + p, true
}

// choose picks the keys to search: all of them, or as many as the options allow: those that a fault touched, then those that were read, then
// by hash.
func (k *keyed) choose(o Options) {
	var keys []int32
	for key := range k.read {
		at := key * k.stride
		if slices.ContainsFunc(k.weight[at:at+k.stride], func(w int32) bool { return w > 0 }) || k.Sampled >= 1 && k.any(at) {
			keys = append(keys, int32(key))
		}
	}
	k.of = len(keys)
	total, room := 0, len(keys)
	for _, key := range keys {
		total += k.cost(key)
	}
	if o.KeysMax > 0 {
		room = o.KeysMax
	}
	if len(keys) > room || total > o.OpsTotal {
		keys = k.prefer(keys, room, o.OpsTotal)
	}
	k.keys = keys
}

func (k *keyed) any(at int) bool {
	return slices.ContainsFunc(k.records[at:at+k.stride], func(n int32) bool { return n > 0 })
}

// cost is how many operations a key brings.
func (k *keyed) cost(key int32) (n int) {
	at := int(key) * k.stride
	frame := len(k.frames.of(k.Truth.Group[key]))
	for p := range k.stride {
		if k.records[at+p] > 0 {
			n += int(k.weight[at+p]) + frame
		}
	}
	return n
}

func (k *keyed) prefer(keys []int32, room, ops int) []int32 {
	touched := k.touched()
	rank := func(key int32) int {
		switch {
		case touched[key]:
			return 0
		case k.read[key]:
			return 1
		}
		return 2
	}
	keys = slices.Clone(keys)
	slices.SortFunc(keys, func(a, b int32) int {
		return cmp.Or(rank(a)-rank(b), cmp.Compare(scatter(a), scatter(b)))
	})
	chosen := keys[:0]
	for _, key := range keys {
		if c := k.cost(key); len(chosen) < room && (c <= ops || len(chosen) == 0) {
			chosen = append(chosen, key)
			ops -= c
		}
	}
	slices.Sort(chosen)
	return chosen
}

// scatter gives a key a place that has nothing to do with its number.
func scatter(key int32) uint64 {
	x := (uint64(key) + 1) * 0x9E3779B97F4A7C15
	x ^= x >> 32
	return x * 0xD6E8FEB86659FD93
}

// touchedOps is how many batches before a fault count as touched by it.
const touchedOps = 4

// touched are the keys that were written right before something went wrong.
func (k *keyed) touched() []bool {
	touched := make([]bool, len(k.read))
	mark := func(ticket int64) {
		n, _ := slices.BinarySearchFunc(k.by[Apply], ticket, func(i int32, t int64) int { return cmp.Compare(k.Ops[i].Call, t) })
		for _, i := range k.by[Apply][max(0, n-touchedOps):n] {
			for _, id := range k.Ops[i].IDs {
				if at, ok := k.at(id); ok {
					touched[at/k.stride] = true
				}
			}
		}
	}
	for i := range k.Strikes {
		if k.Strikes[i].Struck > 0 {
			mark(k.Strikes[i].Call)
		}
	}
	for i := range k.lives {
		if k.lives[i].Fence != 0 {
			mark(k.lives[i].Fence)
		}
	}
	return touched
}
