package workloads

import "slices"

// cutAt is how far a fold that depends on watermarks has come.
type cutAt struct {
	at  []int64 // records, by partition
	low int64   // the least watermark
}

func newCutAt(in *Input) cutAt { return cutAt{at: make([]int64, len(in.Parts))} }

// behind tells whether a cut is behind in anything: then the fold begins again.
func (c *cutAt) behind(offsets, marks []int64) bool {
	back := slices.Min(marks) < c.low
	for p := range c.at {
		back = back || offsets[p] < c.at[p]
	}
	return back
}

// forward goes to a cut record by record, and answers its least watermark.
func (c *cutAt) forward(offsets, marks []int64, see func(p int, off int64)) (low int64) {
	for p := range c.at {
		for off := c.at[p]; off < offsets[p]; off++ {
			see(p, off)
		}
		c.at[p] = offsets[p]
	}
	c.low = slices.Min(marks)
	return c.low
}
