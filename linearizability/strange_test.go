package linearizability

import (
	"context"
	"math/rand/v2"
	"testing"
)

// A history may hold anything, as that of a broken system does: checks object or are undecided, and none of them breaks.
func TestStrangeHistories(t *testing.T) {
	all := Options{Porcupine: true, Workers: 1}
	for _, h := range []*History{{}, {Truth: &Truth{}}, {Attempts: []Attempt{{}}, Ops: []Op{{Kind: Read, Key: 7}}}} {
		for _, v := range Check(context.Background(), h, all) {
			if v.Result == Pass && v.Check != "liveness" && v.Check != "consistent-cut" {
				t.Errorf("%s passes of a history that holds nothing: %s", v.Check, v.Reason)
			}
		}
	}
	for seed := range uint64(1500) {
		h, rng := good(t, seed), rand.New(rand.NewPCG(seed, 9))
		for range 1 + rng.IntN(5) {
			distort(h, rng)
		}
		Check(context.Background(), h, all)
	}
}

// distort changes one thing into another that it should not be.
func distort(h *History, rng *rand.Rand) {
	odd := []int64{-1, 0, 1, 2, 3, 63, 64, 1 << 20, 1 << 40, -1 << 40}
	value := odd[rng.IntN(len(odd))]
	op := &h.Ops[rng.IntN(len(h.Ops))]
	switch rng.IntN(20) {
	case 0:
		op.Kind = Kind(rng.IntN(int(Kinds)))
	case 1:
		op.Attempt = value
	case 2:
		op.Call = value
	case 3:
		op.Return = value
	case 4:
		op.Task = int(value)
	case 5:
		op.Ckpt = value
	case 6:
		op.Pos = value
	case 7:
		op.Key = int32(value)
	case 8:
		op.IDs = []ID{ID(value), 3, 3}
	case 9:
		op.Cursors = []Cursor{{Part: int(value), N: value}, {Part: 0, N: 1 << 20}}
	case 10:
		op.Outcome = Outcome(rng.IntN(3))
	case 11:
		h.Attempts[rng.IntN(len(h.Attempts))].Epoch = value
	case 12:
		h.Attempts[rng.IntN(len(h.Attempts))].Fence = value
	case 13:
		h.Truth.Parts[0].N = nil
	case 14:
		h.Cuts = append(h.Cuts, Cut{Ckpt: value, Offsets: []int64{value, value, value, value, value}})
	case 15:
		h.Output = append(h.Output, Txn{Ckpt: value, IDs: []ID{ID(value)}})
	case 16:
		op.Mark = value
	case 17:
		op.Alarms = []AlarmEvent{{ID: uint64(value), At: value, Key: int32(value), What: AlarmWhat(rng.IntN(5)), Processing: rng.IntN(2) == 0}, {At: value, What: Fired}}
	case 18:
		op.Armed = &Armed{N: value}
	case 19:
		h.Attempts[rng.IntN(len(h.Attempts))].Restored = value
	}
}
