package workloads

import (
	"slices"

	"github.com/weirbench/weir/engine"
)

// cutAt is how far a fold that depends on watermarks has come.
type cutAt struct {
	at  []int64 // records, by partition
	low int64   // the least watermark, engine.NoMark: some partition has none
}

func newCutAt(in *Input) cutAt { return cutAt{at: make([]int64, len(in.Parts)), low: engine.NoMark} }

// behind tells whether a cut is behind in anything: then the fold begins again.
func (c *cutAt) behind(offsets, marks []int64) bool {
	return slices.Min(marks) < c.low || isBack(c.at, offsets)
}

// isBack tells whether a cut has fewer records of some partition than a fold has come to.
func isBack(at, offsets []int64) bool {
	for p := range at {
		if offsets[p] < at[p] {
			return true
		}
	}
	return false
}

// eachFrom goes through the records behind those that a fold has come to, up to a cut.
func eachFrom(at, offsets []int64, see func(p int, off int64)) {
	for p := range at {
		for off := at[p]; off < offsets[p]; off++ {
			see(p, off)
		}
	}
}

// forward goes to a cut record by record, and answers its least watermark.
func (c *cutAt) forward(offsets, marks []int64, see func(p int, off int64)) (low int64) {
	eachFrom(c.at, offsets, see)
	copy(c.at, offsets)
	c.low = slices.Min(marks)
	return c.low
}
