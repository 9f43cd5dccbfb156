package weir

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

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

// Examine tells what machine this is and what this binary was made of; dir is where runs would be written.
func Examine(dir string) Machine { return machine(dir) }
