package workloadtest

import (
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/workloads"
)

// windowed is a job with windows and late records, small.
func windowed() subject {
	return subject{workloads.LongWindows(), map[string]string{"records": "300", "keys": "5", "size": "60", "slide": "20", "watermark_every": "4", "late": "0.2",
		"late_by": "60", "lateness": "14"}, []int{1}}
}

// heard is the subject whose panes are read otherwise.
func heard(change func(p workloads.Pane, yield func(workloads.Pane))) subject {
	return openedOf(windowed(), func(job *workloads.Job) {
		panes := job.Panes
		job.Panes = func(txn []byte, yield func(workloads.Pane)) error {
			return panes(txn, func(p workloads.Pane) { change(p, yield) })
		}
	})
}

// wanted is the subject whose windows are worked out otherwise.
func wanted(change func(panes []workloads.Pane, late []engine.ID) ([]workloads.Pane, []engine.ID)) subject {
	return openedOf(windowed(), func(job *workloads.Job) {
		all := job.Windows
		job.Windows = func(offsets []int64) ([]workloads.Pane, []engine.ID) { return change(all(offsets)) }
	})
}

func brokenWindows() []subject {
	n := 0
	return []subject{
		heard(func(p workloads.Pane, yield func(workloads.Pane)) { p.Sum++; yield(p) }),
		heard(func(p workloads.Pane, yield func(workloads.Pane)) { p.End++; yield(p) }),
		heard(func(p workloads.Pane, yield func(workloads.Pane)) { p.Nth++; yield(p) }),
		heard(func(p workloads.Pane, yield func(workloads.Pane)) {
			if n++; n%9 != 0 {
				yield(p)
			}
		}),
		heard(func(p workloads.Pane, yield func(workloads.Pane)) { yield(p); yield(p) }),
		wanted(func(panes []workloads.Pane, late []engine.ID) ([]workloads.Pane, []engine.ID) { return panes[1:], late }),
		wanted(func(panes []workloads.Pane, late []engine.ID) ([]workloads.Pane, []engine.ID) { return panes, late[1:] }),
		openedOf(windowed(), func(job *workloads.Job) { job.Late = nil }),
	}
}
