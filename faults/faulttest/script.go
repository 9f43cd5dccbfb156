package faulttest

import (
	"fmt"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/faults"
)

// A pass is one moment of the script: a machine passes a point of a checkpoint, and where an operation begins there, asks for it.
type pass struct {
	point engine.Point
	ckpt  int64
	role  engine.Role
	nth   int // of this point, checkpoint and role
}

func (p pass) String() string {
	return fmt.Sprintf("%s of checkpoint %d by %s, time %d", p.point, p.ckpt, p.role, p.nth)
}

// script passes every point that a fault may name, for three checkpoints, by every role that passes it, two machines of each, three times.
func script() (all []pass) {
	for ckpt := int64(1); ckpt <= 3; ckpt++ {
		for nth := 1; nth <= 3; nth++ {
			for p := engine.NoPoint + 1; p < engine.Points; p++ {
				if p == engine.AtInputRecords {
					continue
				}
				for _, k := range faults.Passers(p) {
					for i := range 2 {
						if i == 0 || k < engine.CollectorRole {
							all = append(all, pass{p, ckpt, engine.Role{Kind: k, Index: i}, nth})
						}
					}
				}
			}
		}
	}
	return all
}

// play plays the script to an injector and returns the places at which it struck.
func play(x injector, all []pass) (struck []int) {
	for i, p := range all {
		m := &engine.Moment{From: int64(10 * i), To: int64(10*i + 1), At: int64(i), Epoch: 1, Role: p.role, Notes: []engine.Note{{Point: p.point, Ckpt: p.ckpt}}}
		_, ok := x.Noted(m, m.Notes[0])
		if op := opOf(p); op != nil {
			f := x.Op(m, op)
			ok = ok || f.Do != engine.OpFine || f.Delay != 0
		}
		if ok {
			struck = append(struck, i)
		}
	}
	return struck
}

// opOf is the operation that begins at a point.
func opOf(p pass) *engine.Op {
	op := &engine.Op{Name: "state/1-1-1", At: p.point, Ckpt: p.ckpt}
	switch faults.OpAt(p.point) {
	case "put":
		op.Verb = engine.Put
	case "manifest":
		op.Verb, op.Name = engine.PutNew, engine.EntryName(7)
	case "get":
		op.Verb = engine.Get
	case "delete":
		op.Verb = engine.Delete
	default:
		return nil
	}
	return op
}
