package workloadtest

import (
	"errors"
	"fmt"
	"slices"

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

// sameLooks asks of each write anew, for each record that looks, what became of it in between.
func sameLooks(job *workloads.Job, saw map[engine.ID]workloads.Look) error {
	again := 0
	for p := range job.Input.Parts {
		keys := job.Input.Parts[p].Key
		before := map[int32][]workloads.Look{} // the records of a key are of one partition
		for off, k := range keys {
			l, ok := saw[engine.MakeID(p, int64(off))]
			if !ok {
				return fmt.Errorf("record %d of partition %d did not look", off, p)
			}
			may := mayBeSeen(job.Expires, before[k], l)
			if !slices.Contains(may, l.Saw) {
				return fmt.Errorf("record %d of partition %d saw at %d what was written at %d, want one of %d (-1: nothing)", off, p, l.Now, l.Saw, may)
			}
			if before[k] = append(before[k], l); l.Saw >= 0 {
				again++
			}
		}
		for id := range saw {
			if id.Part() == p && id.Offset() >= int64(len(keys)) {
				return fmt.Errorf("there is no record %d of partition %d, and it looked", id.Offset(), p)
			}
		}
	}
	if again == 0 {
		return errors.New("no record saw what its key had written before")
	}
	return nil
}

// mayBeSeen are the times of writes that a record may tell of, behind those that came before it. -1 is nothing.
func mayBeSeen(x *workloads.Expires, before []workloads.Look, l workloads.Look) (may []int64) {
	var alive, over []int64
	for i := range before {
		switch wrote, there, lives := fate(x, before[i:], l); {
		case wrote && lives:
			alive = append(alive, before[i].Now)
		case wrote && there:
			over = append(over, before[i].Now)
		}
	}
	first := x.List && l.ID.Offset()%2 == 0
	switch {
	case len(alive) == 0:
		may = append(may, -1)
	case first:
		may = append(may, alive[0])
	default:
		may = append(may, alive[len(alive)-1])
	}
	if x.Shown && (first || len(alive) == 0) {
		may = append(may, over...)
	}
	return may
}

// fate is what became of the write of the first of some records by the time of another: whether there was one, in the state of that other, whether
// it may be there still, and whether it lives.
func fate(x *workloads.Expires, some []workloads.Look, by workloads.Look) (wrote, there, lives bool) {
	slots := int64(max(1, x.Slots))
	slot, began := some[0].ID.Offset()%slots, some[0].Now
	writes := func(l workloads.Look) bool { return (l.Saw < 0 || x.Renewed) && l.ID.Offset()%slots == slot }
	if !writes(some[0]) || by.ID.Offset()%slots != slot {
		return false, false, false
	}
	for _, l := range some[1:] {
		off := l.ID.Offset()
		switch reads := off%slots == slot || off/slots%2 == 0; {
		case reads && l.Now-began >= x.LifeUs, writes(l) && !x.List:
			return true, false, false
		case reads && x.ByReading:
			began = l.Now
		}
	}
	return true, true, by.Now-began < x.LifeUs
}
