package workloads

import (
	"iter"

	"github.com/weirbench/weir/engine/state"
)

// records are the names of some.
type records = iter.Seq[uint64]

// gather adds a record to a number of records and the sum of their names, each mixed: whatever their order.
func (c Chain) gather(id uint64) Chain { return Chain{c.N + 1, c.H + mix(id)} }

// gathering is gather as an aggregate.
func gathering() state.Aggregate[uint64, Chain, Chain] {
	return state.Aggregate[uint64, Chain, Chain]{
		Create: func() Chain { return Chain{} },
		Add:    func(acc Chain, id uint64) Chain { return acc.gather(id) },
		Merge:  func(a, b Chain) Chain { return Chain{a.N + b.N, a.H + b.H} },
		Result: func(acc Chain) Chain { return acc },
	}
}
