package linearizability

import "slices"

// A keyPart is the partition of one key and one source partition.
type keyPart struct {
	key  int32
	part int
	partition[keyState, keyOp]
}

// frames are the operations that concern all keys of a task alike: snapshots, commits, recoveries, by the tickets at which they begin.
// Key groups that had the same owners in every attempt share one.
type frames struct {
	class []int32 // by key group
	calls [][]call[keyOp]
}

func (f *frames) of(group uint16) []call[keyOp] {
	if int(group) >= len(f.class) {
		return nil
	}
	return f.calls[f.class[group]]
}

func newFrames(v *View) frames {
	f := frames{class: make([]int32, v.Groups)}
	owners := make([][]int32, len(v.lives))
	for i := range v.lives {
		owners[i] = v.owners(&v.lives[i])
	}
	var leaders []int // the first group of each class
	for g := range f.class {
		same := func(o int) bool {
			return !slices.ContainsFunc(owners, func(w []int32) bool { return w[o] != w[g] })
		}
		c := slices.IndexFunc(leaders, same)
		if c < 0 {
			c = len(leaders)
			leaders = append(leaders, g)
			f.calls = append(f.calls, frame(v, owners, g))
		}
		f.class[g] = int32(c)
	}
	return f
}

// owners are the tasks of an attempt by key group, as it said, or as even ranges when it did not.
func (v *View) owners(l *life) []int32 {
	owners := make([]int32, v.Groups)
	for g := range owners {
		owners[g] = int32(g * max(v.Tasks, 1) / v.Groups)
	}
	for _, i := range v.by[Own] {
		if op := &v.Ops[i]; op.Attempt == l.Epoch {
			for g := max(op.Pos, 0); g <= op.Ckpt && g < int64(v.Groups); g++ {
				owners[g] = int32(op.Task)
			}
		}
	}
	return owners
}

func frame(v *View, owners [][]int32, group int) []call[keyOp] {
	var calls []call[keyOp]
	add := func(i int32) {
		op := &v.Ops[i]
		from, to, unknown, ok := v.span(op)
		if !ok || unknown && op.Kind != Commit {
			return
		}
		calls = append(calls, call[keyOp]{from: from, to: to, client: int32(op.Client), place: i, op: keyOp{kind: op.Kind,
			epoch: int32(op.Attempt), ckpt: int32(op.Ckpt), unknown: unknown, reason: v.reasoned(op.Attempt)}})
	}
	for _, i := range v.by[Snap] {
		op := &v.Ops[i]
		if at := slices.IndexFunc(v.lives, func(l life) bool { return l.Epoch == op.Attempt }); at >= 0 && owners[at][group] == int32(op.Task) &&
			v.tried(op.Attempt, op.Ckpt) {
			add(i)
		}
	}
	for _, i := range v.by[Commit] {
		add(i)
	}
	for _, i := range v.by[Recover] {
		add(i)
	}
	sortCalls(calls)
	return calls
}

// reasoned tells whether an attempt, or one before it that took over and was not restored, said why not the newest checkpoint.
func (v *View) reasoned(epoch int64) bool {
	for i := v.lifeAt(epoch); i >= 0; i-- {
		if v.lives[i].Epoch < epoch && v.lives[i].recovered >= 0 {
			break
		}
		if v.lives[i].reason != "" {
			return true
		}
	}
	return false
}

// tried tells whether an attempt put a manifest of a checkpoint. A snapshot of another is never looked at.
func (v *View) tried(epoch, ckpt int64) bool {
	return slices.ContainsFunc(v.by[Commit], func(i int32) bool {
		op := &v.Ops[i]
		return op.Ckpt == ckpt && op.Attempt == epoch && op.Outcome != Refused
	})
}

func sortCalls[O any](calls []call[O]) {
	slices.SortStableFunc(calls, func(a, b call[O]) int {
		switch {
		case a.from < b.from:
			return -1
		case a.from > b.from:
			return 1
		}
		return 0
	})
}

// parts builds the partitions of the chosen keys.
func (k *keyed) parts() []keyPart {
	m := keyModel(k.Mode, slices.ContainsFunc(k.lives, func(l life) bool { return l.reason != "" }))
	var parts []keyPart
	k.slot = make([]int32, len(k.weight))
	for i := range k.slot {
		k.slot[i] = -1
	}
	total := 0
	for _, key := range k.keys {
		total += k.cost(key)
	}
	arena := make([]call[keyOp], total)
	init := []keyState{newKeyState(k.firstEpoch())}
	for _, key := range k.keys {
		for p := range k.stride {
			at := int(key)*k.stride + p
			if k.records[at] == 0 {
				continue
			}
			n := int(k.weight[at]) + len(k.frames.of(k.Truth.Group[key]))
			k.slot[at] = int32(len(parts))
			parts = append(parts, keyPart{key, p, partition[keyState, keyOp]{m, init, arena[:0:n]}})
			arena = arena[n:]
		}
	}
	k.chains = k.chain()
	for i := range parts {
		parts[i].calls = append(parts[i].calls, k.frames.of(k.Truth.Group[parts[i].key])...)
	}
	k.applies(parts)
	k.reads(parts)
	for i := range parts {
		sortCalls(parts[i].calls)
	}
	return parts
}

func (k *keyed) firstEpoch() int32 {
	if len(k.lives) == 0 {
		return 0
	}
	return int32(k.lives[0].Epoch)
}

// applies makes one operation of all records that a batch had for a partition: nothing comes between them.
func (k *keyed) applies(parts []keyPart) {
	for _, i := range k.by[Apply] {
		op := &k.Ops[i]
		from, to, unknown, ok := k.span(op)
		if !ok {
			continue
		}
		for _, id := range op.IDs {
			at, ok := k.at(id)
			if !ok || k.slot[at] < 0 {
				continue
			}
			p := &parts[k.slot[at]]
			n := k.Truth.Parts[p.part].N[id.Offset()]
			if last := len(p.calls) - 1; last >= 0 && p.calls[last].place == i {
				c := &p.calls[last].op
				c.broken = c.broken || n != c.last+1
				c.last = n
				continue
			}
			p.calls = append(p.calls, call[keyOp]{from: from, to: to, client: int32(op.Client), place: i, op: keyOp{kind: Apply,
				epoch: int32(op.Attempt), unknown: unknown, first: n, last: n}})
		}
	}
}

func (k *keyed) reads(parts []keyPart) {
	for _, i := range k.by[Read] {
		op := &k.Ops[i]
		if !known(op) || op.Key < 0 || int(op.Key) >= len(k.read) {
			continue
		}
		for p := range k.stride {
			s := k.slot[int(op.Key)*k.stride+p]
			if s < 0 {
				continue
			}
			c := cursor(op, p)
			parts[s].calls = append(parts[s].calls, call[keyOp]{from: op.Call, to: max(op.Call, op.Return), client: int32(op.Client), place: i, op: keyOp{kind: Read,
				epoch: int32(op.Attempt), ckpt: int32(op.Ckpt), n: int32(c.N), fits: k.chains.fits(int(op.Key)*k.stride+p, c)}})
		}
	}
}

// cursor is what a read saw of one partition.
func cursor(op *Op, part int) Cursor {
	for _, c := range op.Cursors {
		if c.Part == part {
			return c
		}
	}
	return Cursor{Part: part}
}

// chains are the hash chains of the keys that were read.
type chains struct {
	start []int32 // by key*stride+part: where its hashes begin, -1: none
	count []int32
	hash  []uint64
}

func (k *keyed) chain() chains {
	c := chains{start: make([]int32, len(k.records)), count: k.records}
	n := int32(0)
	for at := range c.start {
		c.start[at] = -1
		if k.slot[at] >= 0 && k.read[at/k.stride] {
			c.start[at] = n
			n += k.records[at]
		}
	}
	c.hash = make([]uint64, n)
	for p := range k.Truth.Parts {
		part := &k.Truth.Parts[p]
		for off, key := range part.Key {
			if s := c.start[int(key)*k.stride+p]; s >= 0 {
				c.hash[s+part.N[off]-1] = part.H[off]
			}
		}
	}
	return c
}

// fits tells whether the hash of a cursor is that of its count of records, in their order.
func (c *chains) fits(at int, x Cursor) bool {
	if x.N == 0 {
		return x.H == 0
	}
	return x.N > 0 && x.N <= int64(c.count[at]) && c.hash[c.start[at]+int32(x.N)-1] == x.H
}
