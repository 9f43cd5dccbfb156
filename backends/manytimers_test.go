package backends_test

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/pebble"
	"github.com/weirbench/weir/backends/rocksdb"
)

// instants is a digest of timers in the order of time. What fires at one instant is a set.
type instants struct {
	n      int
	at     int64
	set    fired
	digest uint64
	back   bool // an instant came behind a later one
}

func (d *instants) add(x alarm) {
	if d.n > 0 && x.at != d.at {
		d.back = d.back || x.at < d.at
		d.close()
	}
	d.n++
	d.at = x.at
	d.set.add(x)
}

// close ends an instant.
func (d *instants) close() {
	d.digest = (d.digest ^ d.set.sum + uint64(d.set.n)) * 0x9E3779B97F4A7C15
	d.set = fired{}
}

// plainInstants sorts and leaves out what is there twice.
func plainInstants(all []alarm) instants {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, func(x, y alarm) int {
		return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.key, y.key), cmp.Compare(x.ns, y.ns))
	})
	var d instants
	for _, x := range slices.Compact(sorted) {
		d.add(x)
	}
	d.close()
	return d
}

// Many timers, some registered twice, fire once each on every backend, instant by instant: in the nightly run ten million, of which one on the heap is
// at most 64 bytes beside its key and namespace, live after a collection, what the structures have in reserve included.
func TestManyTimers(t *testing.T) {
	n, nightly := 50_000, os.Getenv("WEIR_NIGHTLY") != ""
	if nightly {
		n = 10_000_000
	}
	all := drawAlarms(n)
	for i := range n / 100 {
		all[n-1-i] = all[i]
	}
	want := plainInstants(all)
	type tenant struct {
		name string
		backends.Backend
	}
	tenants := []tenant{{"heap", heap.Backend{}}, {"pebble", pebble.Backend{}}}
	if rocksdb.Compiled {
		tenants = append(tenants, tenant{"rocksdb", rocksdb.Backend{}})
	}
	for _, x := range tenants {
		for _, place := range []backends.TimerPlace{backends.TimersInStore, backends.TimersOnHeap} {
			name := x.name
			switch {
			case x.name == "heap" && place != "":
				continue
			case place == backends.TimersOnHeap:
				name += "/timers=heap"
			case x.name != "heap":
				name += "/timers=store"
			}
			t.Run(name, func(t *testing.T) {
				s, err := x.Open(backends.Options{Groups: everyGroup(), Dir: t.TempDir(), Timers: place})
				if err != nil {
					t.Fatal(err)
				}
				bytes, got := fireMany(t, s, all)
				if got != want {
					t.Errorf("%d timers fired, digest of instants %x; want %d, %x", got.n, got.digest, want.n, want.digest)
				}
				if each := bytes/float64(want.n) - 16; x.name == "heap" && nightly && each > 64 {
					t.Errorf("%.1f bytes for a timer beside its key and namespace, want at most 64", each)
				}
			})
		}
	}
}

// fireMany registers all, counts the bytes that live by that, and fires.
func fireMany(t *testing.T, s backends.Store, all []alarm) (bytes float64, d instants) {
	q := newTimerQueue(t, s)
	before, start := live(), time.Now()
	q.register(all)
	registered := time.Since(start)
	bytes = float64(live()) - float64(before)
	start = time.Now()
	q.fire(d.add)
	d.close()
	rate := func(n int, took time.Duration) string { return fmt.Sprintf("%.2fM/s", float64(n)/took.Seconds()/1e6) }
	t.Logf("registered %s, fired %s, %.1f bytes of Go's heap for each", rate(len(all), registered), rate(d.n, time.Since(start)), bytes/float64(d.n))
	q.close()
	return bytes, d
}

func live() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
