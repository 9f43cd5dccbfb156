package workloads

import (
	"iter"

	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/state"
	"github.com/weirbench/weir/engine/window"
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

// side is which of two inputs a record is of, 0 or 1.
func side(id engine.ID) int { return int(mix(uint64(id)^0x51DE) & 1) }

// sideOf is a record as one of its input.
func sideOf(id engine.ID) window.Side[uint64, uint64] {
	if side(id) == 1 {
		return window.Second[uint64](uint64(id))
	}
	return window.First[uint64, uint64](uint64(id))
}

func sidesCodec() window.Sides[uint64, uint64] {
	return window.Sides[uint64, uint64]{A: tables.Uint64{}, B: tables.Uint64{}}
}

// pair adds a pair to a number of pairs and the sum of them, each mixed: whatever their order.
func (c Chain) pair(a, b uint64) Chain { return Chain{c.N + 1, c.H + mix(a^mix(b))} }

// pairsOf is every pair of one of the first and one of the second.
func pairsOf(as, bs []uint64) (c Chain) {
	for _, a := range as {
		for _, b := range bs {
			c = c.pair(a, b)
		}
	}
	return c
}
