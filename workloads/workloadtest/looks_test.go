package workloadtest

import (
	"testing"

	"github.com/weirbench/weir/workloads"
)

// dedup is a job with state that expires, small: some records meet what was written, some come when it is over. more are names of parameters and
// their values.
func dedup(more ...string) subject {
	small := map[string]string{"records": "200", "keys": "5", "life": "40"}
	for i := 0; i < len(more); i += 2 {
		small[more[i]] = more[i+1]
	}
	return subject{workloads.DedupTTL(), small, []int{1, 2}}
}

// kinds are the ways in which the state of dedup expires.
func kinds() map[string]subject {
	return map[string]subject{
		"renewed": dedup("renew", "true"),
		"read":    dedup("update", "on-read-and-write"),
		"shown":   dedup("visibility", "if-not-cleaned-up", "cleanup", "none"),
		"list":    dedup("kind", "list", "renew", "true"),
		"map":     dedup("kind", "map", "keys", "2", "update", "on-read-and-write", "visibility", "if-not-cleaned-up", "cleanup", "none"),
	}
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
	of := func(s subject, change func(*workloads.Expires)) subject {
		return openedOf(s, func(job *workloads.Job) {
			x := *job.Expires
			change(&x)
			job.Expires = &x
		})
	}
	expires := func(change func(*workloads.Expires)) subject { return of(dedup(), change) }
	all := kinds()
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
		of(all["renewed"], func(x *workloads.Expires) { x.Renewed = false }),
		of(all["read"], func(x *workloads.Expires) { x.ByReading = false }),
		of(dedup(), func(x *workloads.Expires) { x.ByReading = true }),
		of(all["shown"], func(x *workloads.Expires) { x.Shown = false }),
		of(all["list"], func(x *workloads.Expires) { x.List = false }),
		of(all["map"], func(x *workloads.Expires) { x.Slots = 1 }),
		of(all["map"], func(x *workloads.Expires) { x.Slots = 2 }),
	}
}

// What is broken here is sound before, in whichever way it expires.
func TestDedupIsSound(t *testing.T) {
	run(t, dedup())
	for name, s := range kinds() {
		t.Run(name, func(t *testing.T) { run(t, s) })
	}
}
