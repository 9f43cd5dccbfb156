package workloadtest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/workloads"
)

// windows holds what a job's windows tell, in all its transactions, against what it says that they must tell.
func windows(s subject) error {
	return s.each(func(job *workloads.Job) error {
		if job.Windows == nil && job.Panes == nil && job.Late == nil {
			return nil
		}
		if job.Windows == nil || job.Panes == nil || job.Late == nil {
			return errors.New("some of Windows, Panes and Late are nil, and not all")
		}
		for seed, batch := range []int{1, 7, 100} {
			var got []workloads.Pane
			var late []engine.ID
			err := gathered(job, batch, uint64(seed), func(txn []byte) error {
				return errors.Join(job.Panes(txn, func(p workloads.Pane) { got = append(got, p) }), job.Late(txn, func(id engine.ID) { late = append(late, id) }))
			})
			if err == nil {
				err = sameWindows(job, got, late)
			}
			if err != nil {
				return fmt.Errorf("read by %d: %w", batch, err)
			}
		}
		return nil
	})
}

// gathered runs a job to its end, and yields every transaction.
func gathered(job *workloads.Job, batch int, seed uint64, yield func(txn []byte) error) error {
	return with(job, batch, func(r *rig) error {
		rng := rand.New(rand.NewPCG(seed, 8))
		for ckpt := int64(1); ; ckpt++ {
			for range rng.IntN(40) {
				if _, err := r.move(rng.IntN(r.parts)); err != nil {
					return err
				}
			}
			over := !slices.Contains(r.ended, false)
			txn, err := r.seal(ckpt)
			if err == nil && txn != nil {
				err = yield(txn)
			}
			if over || err != nil {
				return err
			}
		}
	})
}

func sameWindows(job *workloads.Job, got []workloads.Pane, late []engine.ID) error {
	var all []int64
	for p := range job.Input.Parts {
		all = append(all, int64(len(job.Input.Parts[p].Key)))
	}
	want, wantLate := job.Windows(all)
	slices.Sort(late)
	slices.Sort(wantLate)
	if !slices.Equal(late, wantLate) {
		return fmt.Errorf("%d records came out as late, want %d", len(late), len(wantLate))
	}
	told := map[int32]int64{}
	for _, p := range got {
		if told[p.Key]++; p.Nth != told[p.Key] {
			return fmt.Errorf("key %d: a pane says that it is the %dth of its key, and it is the %dth", p.Key, p.Nth, told[p.Key])
		}
	}
	for _, panes := range [][]workloads.Pane{got, want} {
		slices.SortStableFunc(panes, func(a, b workloads.Pane) int {
			order := cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
			if job.AnyOrder {
				order = cmp.Or(order, cmp.Compare(a.Sum, b.Sum))
			}
			return order
		})
		for i := range panes {
			panes[i].Nth = 0
		}
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Errorf("a window tells %+v, want %+v", got[i], want[i])
		}
	}
	if len(got) != len(want) || len(want) == 0 {
		return fmt.Errorf("windows told %d times, want %d, and once at least", len(got), len(want))
	}
	return nil
}
