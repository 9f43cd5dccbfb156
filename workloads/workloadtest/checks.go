package workloadtest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/workloads"
)

// each opens the workload for every shape.
func (s subject) each(check func(*workloads.Job) error) error {
	for _, parts := range s.shapes {
		job, err := s.open(parts)
		if err == nil {
			err = check(job)
		}
		if err != nil {
			return fmt.Errorf("with %d partitions: %w", parts, err)
		}
	}
	return nil
}

// with runs check on a rig of the job.
func with(job *workloads.Job, batch int, check func(*rig) error) error {
	r, err := newRig(job, batch)
	if err != nil {
		return err
	}
	return errors.Join(check(r), r.close())
}

// readPart reads a partition to its end, in batches of at most so many.
func readPart(job *workloads.Job, part, batch int) (all []record, marks []int64, err error) {
	err = with(job, batch, func(r *rig) error {
		for limit := len(job.Input.Parts[part].Key) + 2; ; limit-- {
			b, err := r.poll(part)
			if err != nil {
				return err
			}
			got := recordsOf(b)
			all = append(all, got...)
			if r.ended[part] {
				return nil
			}
			if limit == 0 || len(got) == 0 || len(got) > batch {
				return fmt.Errorf("partition %d: a batch of %d records when at most %d were asked for, or no end", part, len(got), batch)
			}
			marks = append(marks, b.Mark)
			b.Cols.Poison() // whoever gave a slice of its own finds it out
			b.Free()
		}
	})
	return all, marks, err
}

func replays(s subject) error {
	return s.each(func(job *workloads.Job) error {
		for p := range job.Input.Parts {
			want, _, err := readPart(job, p, 1)
			if err != nil {
				return err
			}
			for _, batch := range []int{1, 3, 64, 1024} {
				got, _, err := readPart(job, p, batch)
				if err != nil {
					return err
				}
				if !slices.Equal(got, want) {
					return fmt.Errorf("partition %d, read by %d: %s", p, batch, firstDifference(got, want))
				}
			}
		}
		return nil
	})
}

// opensAlike opens a job again for what it says and what it reads.
func opensAlike(s subject) error {
	return s.each(func(job *workloads.Job) error {
		again, err := s.open(len(job.Input.Parts))
		if err != nil {
			return err
		}
		a, b := job.Input, again.Input
		if !slices.Equal(a.Keys, b.Keys) || !slices.Equal(a.Group, b.Group) || len(a.Parts) != len(b.Parts) {
			return fmt.Errorf("opened again, it has %d keys and %d partitions, want the same %d and %d, called and placed as before", len(b.Keys), len(b.Parts), len(a.Keys), len(a.Parts))
		}
		for p := range a.Parts {
			if !reflect.DeepEqual(a.Parts[p], b.Parts[p]) {
				return fmt.Errorf("partition %d: opened again, Input says something else of it", p)
			}
			want, _, err := readPart(job, p, 64)
			if err != nil {
				return err
			}
			got, _, err := readPart(again, p, 64)
			if err != nil {
				return err
			}
			if !slices.Equal(got, want) {
				return fmt.Errorf("partition %d, opened again: %s", p, firstDifference(got, want))
			}
		}
		return nil
	})
}

func firstDifference(got, want []record) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("record %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	return fmt.Sprintf("%d records, want %d", len(got), len(want))
}

func input(s subject) error {
	return s.each(func(job *workloads.Job) error {
		in := job.Input
		if len(in.Group) != len(in.Keys) || in.Records() == 0 {
			return fmt.Errorf("%d records, %d keys, the groups of %d", in.Records(), len(in.Keys), len(in.Group))
		}
		names := map[string]bool{}
		for _, k := range in.Keys {
			if names[k] {
				return fmt.Errorf("two keys are called %q", k)
			}
			names[k] = true
		}
		is := map[int32]string{}
		for p := range in.Parts {
			if err := inputOf(job, p, is); err != nil {
				return fmt.Errorf("partition %d: %w", p, err)
			}
		}
		texts := slices.Sorted(maps.Values(is))
		if len(slices.Compact(texts)) != len(is) {
			return errors.New("two key numbers are one key")
		}
		return nil
	})
}

// inputOf holds a partition against what Input says. is collects which key a number stands for.
func inputOf(job *workloads.Job, p int, is map[int32]string) error {
	x := &job.Input.Parts[p]
	got, marks, err := readPart(job, p, 1)
	if err != nil {
		return err
	}
	if len(got) != len(x.Key) || x.N != nil && (len(x.N) != len(got) || len(x.H) != len(got)) || x.Mark != nil && len(x.Mark) != len(got) {
		return fmt.Errorf("%d records; Input has %d keys, %d counts, %d chains, %d watermarks", len(got), len(x.Key), len(x.N), len(x.H), len(x.Mark))
	}
	type head struct {
		n int32
		h uint64
	}
	heads, last := map[int32]head{}, int64(engine.NoMark)
	for off, r := range got {
		k := x.Key[off]
		if known, ok := is[k]; ok && known != r.key {
			return fmt.Errorf("offset %d is of key %s, and key number %d was %s", off, r.key, k, known)
		}
		is[k] = r.key
		if r.group != job.Input.Group[k] || r.id != engine.MakeID(p, int64(off)) {
			return fmt.Errorf("offset %d: group %d, id %x; want group %d, id %x", off, r.group, r.id, job.Input.Group[k], engine.MakeID(p, int64(off)))
		}
		if r.timed != (x.Mark != nil) {
			return fmt.Errorf("offset %d: has a time %v, and Input has watermarks %v", off, r.timed, x.Mark != nil)
		}
		if r.timed && (marks[off] != x.Mark[off] || x.Mark[off] < last) {
			return fmt.Errorf("offset %d: time %d, watermark %d behind %d; Input says %d", off, r.time, marks[off], last, x.Mark[off])
		}
		last = marks[off]
		if x.N == nil {
			continue
		}
		h := heads[k]
		h = head{h.n + 1, workloads.Link(h.h, r.id)}
		if heads[k] = h; x.N[off] != h.n || x.H[off] != h.h {
			return fmt.Errorf("offset %d: record %d of its key, chain %016x; Input says %d and %016x", off, h.n, h.h, x.N[off], x.H[off])
		}
	}
	return nil
}

func folds(s subject) error {
	return s.each(func(job *workloads.Job) error {
		for seed := range uint64(4) {
			rng := rand.New(rand.NewPCG(seed, 1))
			fold := job.Fold()
			var cuts, marks [][]int64
			var digests []engine.Digest
			err := with(job, 1, func(r *rig) error {
				at := make([]int64, r.parts)
				for slices.Contains(r.ended, false) {
					for range rng.IntN(60) {
						p := rng.IntN(r.parts)
						ok, err := r.move(p)
						if err != nil {
							return err
						}
						if ok {
							at[p]++
						}
					}
					d, all, err := r.digest()
					if err != nil {
						return err
					}
					if err := sameAs(fold, at, r.marks, d, all); err != nil {
						return err
					}
					cuts, marks, digests = append(cuts, slices.Clone(at)), append(marks, slices.Clone(r.marks)), append(digests, d)
				}
				return nil
			})
			if err != nil {
				return err
			}
			for range 8 { // and back, and forth
				i := rng.IntN(len(cuts))
				if err := sameAs(fold, cuts[i], marks[i], digests[i], nil); err != nil {
					return fmt.Errorf("after other cuts: %w", err)
				}
			}
		}
		return nil
	})
}

// sameAs holds a fold against a digest and, when they differ, says where.
func sameAs(fold workloads.Fold, at, marks []int64, want engine.Digest, all map[string]string) error {
	fold.To(at, marks)
	var got engine.Digest
	fold.Each(func(e *backends.Entry) { got.Add(e) })
	if got == want {
		return nil
	}
	what := "their digests differ"
	fold.Each(func(e *backends.Entry) {
		v, ok := all[title(e)]
		switch delete(all, title(e)); {
		case !ok:
			what = title(e) + " is in the fold alone"
		case v != string(e.Value):
			what = fmt.Sprintf("%s is %x in the fold and %x in the store", title(e), e.Value, v)
		}
	})
	for _, t := range slices.Sorted(maps.Keys(all)) {
		what = t + " is in the store alone"
	}
	return fmt.Errorf("at %v: %s", at, what)
}

func transactions(s subject) error {
	return s.each(func(job *workloads.Job) error {
		return with(job, 7, func(r *rig) error {
			rng := rand.New(rand.NewPCG(1, 2))
			seen := map[engine.ID]bool{}
			for ckpt := int64(1); slices.Contains(r.ended, false); ckpt++ {
				for range rng.IntN(8) {
					if _, err := r.move(rng.IntN(r.parts)); err != nil {
						return err
					}
				}
				txn, err := r.seal(ckpt)
				if err != nil {
					return err
				}
				if txn == nil {
					continue
				}
				if err := rowsOf(job, txn, seen); err != nil {
					return err
				}
			}
			if n := job.Input.Records(); int64(len(seen)) != n {
				return fmt.Errorf("%d records came out, want %d", len(seen), n)
			}
			return nil
		})
	})
}

func rowsOf(job *workloads.Job, txn []byte, seen map[engine.ID]bool) (wrong error) {
	err := job.Rows(txn, func(id engine.ID, key string, n int64, h uint64) {
		p, off := id.Part(), id.Offset()
		switch {
		case wrong != nil:
		case seen[id]:
			wrong = fmt.Errorf("record %d of partition %d came out twice", off, p)
		case p >= len(job.Input.Parts) || off >= int64(len(job.Input.Parts[p].Key)):
			wrong = fmt.Errorf("there is no record %d of partition %d", off, p)
		default:
			x := &job.Input.Parts[p]
			if want := job.Input.Keys[x.Key[off]]; key != want || x.N != nil && (n != int64(x.N[off]) || h != x.H[off]) {
				wrong = fmt.Errorf("record %d of partition %d: key %q, record %d, chain %016x; want key %q, and what Input says", off, p, key, n, h, want)
			}
		}
		seen[id] = true
	})
	return errors.Join(err, wrong)
}

func corrupt(s subject) error {
	job, err := s.open(s.shapes[0])
	if err != nil {
		return err
	}
	var txn []byte
	err = with(job, 50, func(r *rig) error {
		for ckpt := int64(1); txn == nil; ckpt++ { // rows may wait for their time
			for p := range r.parts {
				if _, err := r.move(p); err != nil {
					return err
				}
			}
			if txn, err = r.seal(ckpt); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	nothing := func(engine.ID, string, int64, uint64) {}
	for what, b := range map[string][]byte{"a transaction without its last byte is": txn[:len(txn)-1], "no bytes at all are": nil} {
		var read error
		if err := tried(func() error { read = job.Rows(b, nothing); return read }); err != nil {
			return fmt.Errorf("%s no transaction: %w", what, err)
		}
		if read == nil {
			return fmt.Errorf("%s read as a transaction", what)
		}
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		b := slices.Clone(txn[:rng.IntN(len(txn)+1)])
		for i := range b {
			if rng.IntN(20) == 0 {
				b[i] = byte(rng.Uint32())
			}
		}
		if err := tried(func() error { return job.Rows(b, nothing) }); err != nil {
			return fmt.Errorf("bytes %x: %w", b, err)
		}
		if err := tried(func() error { job.KeyName(b); return nil }); err != nil {
			return fmt.Errorf("name of key %x: %w", b, err)
		}
	}
	return nil
}

// tried wants no panic; an error is fine.
func tried(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
		}
	}()
	f()
	return nil
}

func cursors(s subject) error {
	return s.each(func(job *workloads.Job) error {
		return with(job, 3, func(r *rig) error {
			rng := rand.New(rand.NewPCG(5, 6))
			answers := 0
			for slices.Contains(r.ended, false) {
				if _, err := r.move(rng.IntN(r.parts)); err != nil {
					return err
				}
				key, got, err := r.ask()
				if err != nil {
					return err
				}
				answers += len(got)
				if want := known(job.Input, job.KeyName(key), r.at); !slices.Equal(got, want) {
					return fmt.Errorf("at %v a reader is told of key %q %v, want %v", r.at, job.KeyName(key), got, want)
				}
			}
			if answers == 0 {
				return errors.New("no reader was ever told anything")
			}
			return nil
		})
	})
}

// known is where the chains of a key are.
func known(in *workloads.Input, name string, at []int64) (all []engine.Cursor) {
	for p := range in.Parts {
		x := &in.Parts[p]
		c := engine.Cursor{Part: p}
		for off := range at[p] {
			if in.Keys[x.Key[off]] == name {
				c.N, c.H = int64(x.N[off]), x.H[off]
			}
		}
		if c.N > 0 {
			all = append(all, c)
		}
	}
	return all
}
