package linearizability

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"testing"
)

// scenario is the history of a small simulated run: 600 records of 40 keys, about 7 checkpoints, one crash.
func scenario(b *testing.B) *History {
	s := toySize{parts: 2, tasks: 2, keys: 40, groups: 8, records: 600, readers: 2, crashes: 1, mode: ExactlyOnce}
	for seed := uint64(0); ; seed++ {
		h := goodOf(b, seed, s)
		if n := NewView(h).completed(); n == 7 && len(h.Attempts) == 2 {
			return h
		}
	}
}

// BenchmarkScenario judges one small run.
func BenchmarkScenario(b *testing.B) {
	h := scenario(b)
	for name, o := range map[string]Options{"judge=all": {Porcupine: true, Workers: 1}, "judge=oracles": {}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var judged int64
			for b.Loop() {
				vs := Check(context.Background(), h, o)
				for _, v := range vs {
					if v.Result == Fail || v.Result == Undecided {
						b.Fatalf("%+v", v)
					}
				}
				judged = vs[0].Judged
			}
			b.ReportMetric(float64(judged), "porcupine-ops")
		})
	}
}

// BenchmarkCheck searches a long history, on as many cores as there are. Beside it stands the model alone, stepped once through all operations
// on one core. Both go in turn, round by round; ci/bounds compares within a round.
//
//	go test -run '^$' -bench '^BenchmarkCheck$' -benchtime 1x ./linearizability | go run ./ci/bounds Check
func BenchmarkCheck(b *testing.B) {
	const rounds = 11
	s := toySize{parts: 2, tasks: 3, keys: 200, groups: 16, records: 120_000, readers: 3, crashes: 8, mode: ExactlyOnce}
	h := goodOf(b, 1, s)
	k := newKeyed(NewView(h))
	k.choose(Options{OpsTotal: 10_000_000})
	parts := k.parts()
	for round := range rounds {
		b.Run(fmt.Sprintf("round=%02d/loop=bare", round), func(b *testing.B) {
			steps := 0
			for b.Loop() {
				steps += stepThrough(parts)
			}
			b.ReportMetric(float64(steps)/b.Elapsed().Seconds(), "ops/s")
		})
		b.Run(fmt.Sprintf("round=%02d/search=porcupine", round), func(b *testing.B) {
			var judged int64
			for b.Loop() {
				vs := Check(context.Background(), h, Options{Porcupine: true, OpsTotal: 10_000_000})
				if vs[0].Result != Pass {
					b.Fatalf("%+v", vs[0])
				}
				judged += vs[0].Judged + vs[1].Judged
			}
			b.ReportMetric(float64(judged)/b.Elapsed().Seconds(), "ops/s")
		})
	}
}

// stepThrough steps the model of every part through its operations in the order of their calls, and tells how many they are.
func stepThrough(parts []keyPart) (steps int) {
	var next [2]keyState
	for i := range parts {
		state := parts[i].init[0]
		for c := range parts[i].calls {
			if parts[i].model.step(&state, &parts[i].calls[c].op, &next) > 0 {
				state = next[0]
			}
		}
		steps += len(parts[i].calls)
	}
	return steps
}

// BenchmarkStore writes and reads a history of many records.
func BenchmarkStore(b *testing.B) {
	h := &History{Mode: ExactlyOnce}
	ids, key := 0, ID(0)
	for i := range 6000 {
		op := Op{Kind: Apply, Attempt: 1, Client: 3, Call: int64(2 * i), Return: int64(2*i + 1), At: int64(i), Task: 1}
		for range 1000 {
			key += ID(1 + i%3)
			op.IDs = append(op.IDs, key)
		}
		ids += len(op.IDs)
		h.Ops = append(h.Ops, op)
	}
	var stored bytes.Buffer
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if err := h.Write(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(ids)*float64(b.N)/b.Elapsed().Seconds(), "ids/s")
	})
	if err := h.Write(&stored); err != nil {
		b.Fatal(err)
	}
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := ReadHistory(bytes.NewReader(stored.Bytes())); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(ids)*float64(b.N)/b.Elapsed().Seconds(), "ids/s")
		b.ReportMetric(float64(stored.Len())/float64(ids), "B/id")
	})
}
