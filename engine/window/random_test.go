package window

import (
	"math"
	"math/rand/v2"
	"testing"
)

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// randomJob draws one of all assigners, triggers, evictors and functions.
func randomJob(r *rand.Rand) job {
	j := job{
		assigner: pick(r, "tumbling", "sliding", "sliding", "session", "session", "gaps", "cumulate", "global"),
		of:       pick(r, EventTime, EventTime, ProcessingTime),
		trigger:  pick(r, "default", "default", "event", "processing", "count", "deletes", "every-event", "every-processing"),
		purging:  r.IntN(3) == 0,
		evictor:  pick(r, "none", "none", "count", "time", "delta"),
		after:    r.IntN(2) == 0,
		keep:     1 + r.Int64N(5),
		lateness: pick(r, 0, 0, r.Int64N(10), r.Int64N(60)),
		function: pick(r, "reduce", "aggregate", "process"),
		size:     1 + r.Int64N(20),
		offset:   r.Int64N(7) - 3,
		step:     1 + r.Int64N(8),
	}
	if j.assigner == "cumulate" {
		j.size = j.step * (1 + r.Int64N(5))
	}
	if j.assigner == "global" {
		j.of = EventTime
	}
	switch j.trigger {
	case "default":
		j.purging = false
	case "count", "deletes", "every-event", "every-processing":
		j.n = 1 + r.Int64N(6)
	}
	return j
}

// randomScript draws records around a watermark that rises, both negative at first, a clock, and restores. It ends at the end of time.
func randomScript(r *rand.Rand, steps int) (script []step) {
	mark, now, near := int64(-45), int64(1), int64(-30)
	for i := range steps {
		switch r.IntN(12) {
		case 0, 1:
			mark = max(mark+1, near-5+r.Int64N(10))
			script = append(script, step{mark: mark})
			near += r.Int64N(12)
		case 2:
			now += 1 + r.Int64N(9)
			script = append(script, step{now: now})
		case 3:
			if r.IntN(4) == 0 {
				script = append(script, step{to: pick(r, names()...)})
			}
		default:
			script = append(script, step{key: 1 + r.Uint64N(3), v: uint64(i + 1), at: near + r.Int64N(30) - 20})
		}
	}
	return append(script, step{mark: math.MaxInt64}, step{now: now + 100})
}

// Whatever is drawn, the operator tells what the oracle tells, on every backend and across them; and when time is over nothing is left.
func TestOracle(t *testing.T) {
	told := 0
	for seed := range uint64(150) {
		r := rand.New(rand.NewPCG(seed, 4))
		j, script := randomJob(r), randomScript(r, 80)
		want := j.oracle(script)
		store := pick(r, names()...)
		got, left := j.run(t, store, script, nil)
		if d := differs(script, got, want); d != "" {
			t.Fatalf("seed %d, %v\non %s, %s", seed, j, store, d)
		}
		if left > 0 && j.assigner != "global" {
			t.Fatalf("seed %d, %v\non %s: %d entries are left at the end of time", seed, j, store, left)
		}
		for _, s := range want {
			told += len(s)
		}
	}
	if told < 1500 {
		t.Errorf("%d rows were told: not exercised", told)
	}
}
