package weir

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/weirbench/weir/engine"
)

// inputs opens what the cells read, before anything runs: a bad row is an error of what was given. Simulated seeds read each its own piece of
// it, so that it is only asked whether the parameters fit together; of a file even they need all.
func (r *runner) inputs(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { // a file may be a pipe that nobody writes to
		defer func() {
			if x := recover(); x != nil {
				done <- &engine.Panicked{Value: x, Stack: debug.Stack()}
			}
		}()
		for i := range r.plan.Cells {
			c := &r.plan.Cells[i]
			var err error
			if r.opts.Sim && c.Params["path"] == "" {
				_, err = r.catalog.open(c, r.plan.Seed, nil)
			} else {
				_, err = r.subject(c)
			}
			if err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Records opens the input of every cell, once for all that read the same, and counts the records that all repetitions together will read.
// Its error is that of a parameter or of a row of a file, in one line.
func (p *Plan) Records(c Catalog) (total int64, err error) {
	known := map[string]int64{}
	for i := range p.Cells {
		cell := &p.Cells[i]
		var id strings.Builder
		fmt.Fprintf(&id, "%s %d %d", cell.Workload, cell.Sources, cell.Groups)
		for _, k := range slices.Sorted(maps.Keys(cell.Params)) {
			fmt.Fprintf(&id, " %s=%q", k, cell.Params[k])
		}
		n, ok := known[id.String()]
		if !ok {
			job, err := c.open(cell, p.Seed, nil)
			if err != nil {
				return 0, err
			}
			n = job.Input.Records()
			known[id.String()] = n
		}
		total += n * int64(p.Reps)
	}
	return total, nil
}
