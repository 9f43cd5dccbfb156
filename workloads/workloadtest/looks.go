package workloadtest

import (
	"errors"
	"fmt"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/workloads"
)

// looks holds what records saw of state that expires against all that was written before, of which it asks every write anew.
func looks(s subject) error {
	return s.each(func(job *workloads.Job) error {
		switch {
		case job.Looks == nil && job.Expires == nil:
			return nil
		case job.Looks == nil || job.Expires == nil:
			return errors.New("one of Looks and Expires is nil, and not both")
		case job.Expires.LifeUs <= 0:
			return fmt.Errorf("a life of %d µs; want one", job.Expires.LifeUs)
		}
		for seed, batch := range []int{1, 7, 100} {
			saw := map[engine.ID]workloads.Look{}
			err := gathered(job, batch, uint64(seed), func(txn []byte) (wrong error) {
				err := job.Looks(txn, func(l workloads.Look) {
					if _, twice := saw[l.ID]; twice {
						wrong = fmt.Errorf("record %d of partition %d looked twice", l.ID.Offset(), l.ID.Part())
					}
					saw[l.ID] = l
				})
				return errors.Join(err, wrong)
			})
			if err == nil {
				err = sameLooks(job, saw)
			}
			if err != nil {
				return fmt.Errorf("read by %d: %w", batch, err)
			}
		}
		return nil
	})
}

func sameLooks(job *workloads.Job, saw map[engine.ID]workloads.Look) error {
	again := 0
	for p := range job.Input.Parts {
		keys := job.Input.Parts[p].Key
		writes := map[int32][]int64{} // the records of a key are of one partition
		for off, k := range keys {
			l, ok := saw[engine.MakeID(p, int64(off))]
			if !ok {
				return fmt.Errorf("record %d of partition %d did not look", off, p)
			}
			want := int64(-1)
			for _, at := range writes[k] {
				if again++; l.Now-at < job.Expires.LifeUs {
					want = at
				}
			}
			if l.Saw != want {
				return fmt.Errorf("record %d of partition %d saw at %d what was written at %d, want %d (-1: nothing)", off, p, l.Now, l.Saw, want)
			}
			if l.Saw < 0 || job.Expires.Renewed {
				writes[k] = append(writes[k], l.Now)
			}
		}
		for id := range saw {
			if id.Part() == p && id.Offset() >= int64(len(keys)) {
				return fmt.Errorf("there is no record %d of partition %d, and it looked", id.Offset(), p)
			}
		}
	}
	if again == 0 {
		return errors.New("no record came when its key had written before")
	}
	return nil
}
