package backends_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/kv"
	"github.com/weirbench/weir/backends/tables"
)

const (
	timersPerRound = 1_000_000
	timerKeys      = 100_000
	registerBatch  = 1024
	fireBatch      = 64 // what the engine fires in one step
)

// alarm is a timer as a program without weir has it.
type alarm struct {
	at      int64
	key, ns uint64
}

// drawAlarms draws timers of 1e5 keys, so that an instant has one on average, which may be none or several.
func drawAlarms(n int) []alarm {
	r := rand.New(rand.NewPCG(11, 11))
	all := make([]alarm, n)
	for i := range all {
		all[i] = alarm{r.Int64N(int64(n)), keyOf(r.IntN(timerKeys)), uint64(i) & 3}
	}
	return all
}

// fired sums up what fired, in any order.
type fired struct {
	n   int
	sum uint64
}

func (f *fired) add(x alarm) {
	f.n++
	f.sum += (uint64(x.at)*0x9E3779B97F4A7C15 ^ x.key) * (2*x.ns + 1)
}

// A timerWay registers timers in something new, and then fires all that there are.
type timerWay struct {
	register, fire string // what tells it from the other ways
	open           func(b *testing.B) timerQueue
}

type timerQueue struct {
	register func(all []alarm)
	fire     func(see func(alarm)) // all that there are
	close    func()
}

// BenchmarkTimers registers a million timers in batches as the engine does, and fires all of them, 64 in a batch, on every backend. Beside
// it on the heap: a 4-ary heap, and a map that knows what is in it. Beside a store's: its database without weir, which is given the same keys in
// batches as long, and then walked from end to end, every key deleted as it comes, as many in a batch. That queue is in the order of the keys, by key
// group; to merge the groups by time is weir's business alone. All begin each round with nothing.
//
//	go test -run '^$' -bench '^BenchmarkTimers$' -benchtime 1x ./backends | go run ./ci/bounds Timers
func BenchmarkTimers(b *testing.B) {
	weir := func(open func(*testing.B) backends.Store) timerWay {
		return timerWay{fmt.Sprintf("batch=%d", registerBatch), fmt.Sprintf("batch=%d", fireBatch), func(b *testing.B) timerQueue {
			return newTimerQueue(b, open(b))
		}}
	}
	b.Run("backend=heap", func(b *testing.B) {
		timersInTurn(b, 11, timerWay{"loop=bare", "loop=bare", bareHeapQueue}, weir(func(b *testing.B) backends.Store {
			s, err := heap.Backend{}.Open(backends.Options{Groups: everyGroup()})
			if err != nil {
				b.Fatal(err)
			}
			return s
		}))
	})
	for _, d := range databases() {
		open := func(b *testing.B) opened {
			o, err := d.open(b.TempDir())
			if err != nil {
				b.Fatal(err)
			}
			return o
		}
		b.Run("backend="+d.name, func(b *testing.B) {
			bare := timerWay{"loop=bare", "loop=bare", func(b *testing.B) timerQueue { return bareStoreQueue(b, open(b)) }}
			timersInTurn(b, 11, bare, weir(func(b *testing.B) backends.Store { return kv.Open(open(b).DB, everyGroup(), kv.Options{}) }))
		})
	}
}

// timersInTurn runs the ways round by round. The first time is for warming up.
func timersInTurn(b *testing.B, rounds int, ways ...timerWay) {
	all := drawAlarms(timersPerRound)
	rate := func(b *testing.B) {
		b.ReportMetric(float64(b.N)*float64(len(all))/b.Elapsed().Seconds(), "timers/s")
	}
	for round := range rounds + 1 {
		var want fired
		for i, w := range ways {
			q, got := w.open(b), fired{}
			if round == 0 {
				q.register(all)
				q.fire(got.add)
			} else {
				b.Run(fmt.Sprintf("op=register/round=%02d/%s", round-1, w.register), func(b *testing.B) {
					for b.Loop() {
						q.register(all)
					}
					rate(b)
				})
				b.Run(fmt.Sprintf("op=fire/round=%02d/%s", round-1, w.fire), func(b *testing.B) {
					for b.Loop() {
						q.fire(got.add)
					}
					rate(b)
				})
			}
			q.close()
			if i == 0 {
				want = got
			}
			if got != want || got.n < len(all)*99/100 {
				b.Fatalf("%s: %d timers fired, digest %x; in the bare loop %d, %x", w.fire, got.n, got.sum, want.n, want.sum)
			}
		}
	}
}

// newTimerQueue is weir's timers over a store.
func newTimerQueue(b testing.TB, s backends.Store) timerQueue {
	sc := &tables.Scope[uint64]{Store: s, Keys: new(backends.Keys[uint64]), Codec: tables.Longs(allGroups)}
	timers, err := tables.OpenTimers(sc, "timers", tables.Uint64{})
	if err != nil {
		b.Fatal(err)
	}
	end := func() {
		if err := s.End(); err != nil {
			b.Fatal(err)
		}
	}
	register := func(all []alarm) {
		keys := make([]uint64, 0, registerBatch)
		for len(all) > 0 {
			some := all[:min(registerBatch, len(all))]
			keys = keys[:0]
			for i := range some {
				keys = append(keys, some[i].key)
			}
			sc.Fill(keys)
			s.Begin()
			for i := range some {
				sc.Keys.At = i
				timers.Register(some[i].at, some[i].ns)
			}
			end()
			all = all[len(some):]
		}
	}
	fire := func(see func(alarm)) {
		due := make([]backends.Timer[uint64, uint64], 0, fireBatch)
		for last := int64(math.MinInt64); ; {
			s.Begin()
			due = timers.Pop(math.MaxInt64, due[:0])
			end()
			if len(due) == 0 {
				return
			}
			for i := range due {
				x := &due[i]
				if x.At < last {
					b.Fatalf("a timer of %d fired behind one of %d", x.At, last)
				}
				last = x.At
				see(alarm{x.At, x.Key.K, x.NS})
			}
		}
	}
	return timerQueue{register, fire, func() {
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}}
}

// bareHeapQueue is a 4-ary heap and a set.
func bareHeapQueue(b *testing.B) timerQueue {
	set, list := map[alarm]struct{}{}, []alarm(nil)
	register := func(all []alarm) {
		for _, x := range all {
			if _, ok := set[x]; ok {
				continue
			}
			set[x] = struct{}{}
			list = append(list, x)
			i := len(list) - 1
			for ; i > 0 && x.at < list[(i-1)/4].at; i = (i - 1) / 4 {
				list[i] = list[(i-1)/4]
			}
			list[i] = x
		}
	}
	pop := func() alarm {
		top, x := list[0], list[len(list)-1]
		list = list[:len(list)-1]
		i := 0
		for first := 1; first < len(list); first = 4*i + 1 {
			least := first
			for c := first + 1; c < min(first+4, len(list)); c++ {
				if list[c].at < list[least].at {
					least = c
				}
			}
			if list[least].at >= x.at {
				break
			}
			list[i], i = list[least], least
		}
		if len(list) > 0 {
			list[i] = x
		}
		return top
	}
	fire := func(see func(alarm)) {
		for len(list) > 0 {
			x := pop()
			delete(set, x)
			see(x)
		}
	}
	return timerQueue{register, fire, func() {}}
}

// bareStoreQueue writes the keys that weir would write, and nothing else.
func bareStoreQueue(b *testing.B, o opened) timerQueue {
	check := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	register := func(all []alarm) {
		var key []byte
		for i, x := range all {
			group := backends.KeyGroup(backends.JavaHashLong(int64(x.key)), allGroups)
			key = binary.BigEndian.AppendUint16(append(key[:0], 0), uint16(group))
			key = binary.BigEndian.AppendUint64(key, uint64(x.at)^1<<63)
			key = binary.BigEndian.AppendUint64(key, x.key)
			check(o.put(binary.BigEndian.AppendUint64(key, x.ns)))
			if i%registerBatch == registerBatch-1 {
				check(o.write())
			}
		}
		check(o.write())
	}
	fire := func(see func(alarm)) {
		n := 0
		check(o.walk([]byte{0}, func(key, _ []byte) bool {
			check(o.remove(key))
			see(alarm{int64(binary.BigEndian.Uint64(key[3:]) ^ 1<<63), binary.BigEndian.Uint64(key[11:]), binary.BigEndian.Uint64(key[19:])})
			if n++; n%fireBatch == 0 {
				check(o.write())
			}
			return true
		}))
		check(o.write())
	}
	return timerQueue{register, fire, func() { check(o.Close()) }}
}
