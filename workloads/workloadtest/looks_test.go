package workloadtest

import (
	"testing"

	"github.com/weirbench/weir/workloads"
)

// dedup is a job with state that expires, small: some records meet what was written, some come when it is over.
func dedup() subject {
	return subject{workloads.DedupTTL(), map[string]string{"records": "200", "keys": "5", "life": "40"}, []int{1, 2}}
}

// seen is the subject whose looks are read otherwise.
func seen(change func(l workloads.Look, yield func(workloads.Look))) subject {
	return openedOf(dedup(), func(job *workloads.Job) {
		read := job.Looks
		job.Looks = func(txn []byte, yield func(workloads.Look)) error {
			return read(txn, func(l workloads.Look) { change(l, yield) })
		}
	})
}

func brokenLooks() []subject {
	expires := func(change func(*workloads.Expires)) subject {
		return openedOf(dedup(), func(job *workloads.Job) {
			x := *job.Expires
			change(&x)
			job.Expires = &x
		})
	}
	return []subject{
		seen(func(l workloads.Look, yield func(workloads.Look)) { l.Saw = -1; yield(l) }),
		seen(func(l workloads.Look, yield func(workloads.Look)) {
			if l.Saw >= 0 {
				l.Saw--
			}
			yield(l)
		}),
		seen(func(l workloads.Look, yield func(workloads.Look)) { yield(l); yield(l) }),
		seen(func(l workloads.Look, yield func(workloads.Look)) {
			if l.ID.Offset() != 7 {
				yield(l)
			}
		}),
		seen(func(l workloads.Look, yield func(workloads.Look)) { l.ID += 1 << 20; yield(l) }),
		expires(func(x *workloads.Expires) { x.LifeUs *= 4 }),
		expires(func(x *workloads.Expires) { x.LifeUs /= 4 }),
		expires(func(x *workloads.Expires) { x.LifeUs = 0 }),
		expires(func(x *workloads.Expires) { x.Renewed = true }),
		openedOf(dedup(), func(job *workloads.Job) { job.Expires = nil }),
	}
}

// What is broken here is sound before, whether a duplicate renews or not.
func TestDedupIsSound(t *testing.T) {
	run(t, dedup())
	renewed := dedup()
	renewed.small["renew"] = "true"
	run(t, renewed)
}
