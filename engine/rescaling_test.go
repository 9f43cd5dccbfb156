package engine_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/blobs"
	e "github.com/weirbench/weir/engine"
)

// rescaled runs a job whose attempts differ in how many tasks they have and in where they keep their state, each but the last cut off somewhere. It
// answers how many attempts began from a checkpoint of another number of tasks, and holds the digest of what was restored against that of the checkpoint.
func rescaled(t *testing.T, seed uint64, job func(s *e.Spec, epoch int64) (*e.Graph, error), b backends.Blobs, see func([]e.Fact)) (crossed int, s *e.Spec) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 4))
	widths := [][]int{{2, 3, 1}, {1, 3, 2}, {3, 1, 2}, {2, 2, 4}, {8, 3, 5}}[seed%5]
	snapped, of := map[int64]e.Digest{}, map[int64]int{} // by checkpoint: its digest, and how many tasks it had
	for epoch := int64(1); epoch < 20; epoch++ {
		s = spec()
		s.Sources, s.Parallelism, s.Interval, s.Batch, s.Readers = 2, widths[(epoch-1)%3], 40, 2, 1
		g, err := job(s, epoch)
		if err != nil {
			t.Fatal(err)
		}
		steps := 250 + r.IntN(500)
		if epoch > 3 {
			steps = 1 << 20
		}
		d := drive(r, g, b, steps)
		if d.err != nil {
			t.Fatalf("seed %d, epoch %d: %v", seed, epoch, d.err)
		}
		if see != nil {
			see(d.facts)
		}
		var restored e.Digest
		from, tasks := int64(0), 0
		for _, f := range d.facts {
			switch f.Kind {
			case e.TookOver:
				from = f.Ckpt
			case e.Reloaded:
				restored.Merge(f.Digest)
				tasks++
			}
		}
		if from > 0 && tasks == s.Parallelism && of[from] != 0 {
			if restored != snapped[from] {
				t.Fatalf("seed %d, epoch %d: %d tasks restored %s of checkpoint %d, which %d tasks wrote as %s", seed, epoch, tasks, restored, from, of[from], snapped[from])
			}
			if of[from] != tasks {
				crossed++
			}
		}
		sums, parts := map[int64]e.Digest{}, map[int64]int{}
		for _, f := range d.facts {
			if f.Kind == e.Snapped {
				sum := sums[f.Ckpt]
				sum.Merge(f.Digest)
				sums[f.Ckpt] = sum
				parts[f.Ckpt]++
			}
		}
		for ckpt, n := range parts {
			if n == s.Parallelism {
				snapped[ckpt], of[ckpt] = sums[ckpt], n
			}
		}
		if d.over {
			return crossed, s
		}
	}
	t.Fatalf("seed %d: never over", seed)
	return 0, nil
}

// openBy makes the stores of every attempt on another backend than the attempt before.
func openBy(s *e.Spec, epoch int64) {
	all := every.Backend()
	names := every.Names(all)
	on := all[names[epoch%int64(len(names))]]
	s.Open = func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
		return on.Open(backends.Options{Groups: g})
	}
}

// A checkpoint of so many tasks is restored by more or fewer of them and on another backend: keyed state and timers by key group, transactions
// under the names of the sinks that they came from. What comes out is what comes out when nothing is cut off.
func TestRestoreAtAnotherParallelism(t *testing.T) {
	crossed := 0
	for seed := range uint64(60) {
		b := blobs.NewMemory()
		n, s := rescaled(t, seed, func(s *e.Spec, epoch int64) (*e.Graph, error) {
			parts := tilled(s)
			openBy(s, epoch)
			return e.BuildTwo(s, epoch, parts)
		}, b, nil)
		crossed += n
		got, want := published(t, b), wanted(s.Sources)
		for row, n := range got {
			if n != 1 || want[row] != 1 {
				t.Fatalf("seed %d: key %d, span %d: %x is published %d times, want %d", seed, row[0], row[1]>>40, row[1]&(1<<40-1), n, want[row])
			}
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d rows, want %d", seed, len(got), len(want))
		}
	}
	t.Logf("%d attempts began from a checkpoint of another number of tasks", crossed)
	if crossed < 30 {
		t.Errorf("%d attempts began from a checkpoint of another number of tasks: not exercised", crossed)
	}
}

// So is operator state: what waits in a split list comes out once, and a broadcast map is with every task.
func TestRestoreOperatorStateAtAnotherParallelism(t *testing.T) {
	crossed := 0
	for seed := range uint64(60) {
		b := blobs.NewMemory()
		var wrong []string
		n, _ := rescaled(t, seed, func(s *e.Spec, epoch int64) (*e.Graph, error) { return listening(s, epoch, &wrong) }, b, nil)
		crossed += n
		rows := published(t, b)
		for row, n := range rows {
			if n != 1 {
				t.Fatalf("seed %d: row %x comes out %d times, want once", seed, row[1], n)
			}
		}
		if len(rows) != 2*records || len(wrong) > 0 {
			t.Fatalf("seed %d: %d rows, want %d; %q", seed, len(rows), 2*records, wrong)
		}
	}
	t.Logf("%d attempts began from a checkpoint of another number of tasks", crossed)
	if crossed < 30 {
		t.Errorf("%d attempts began from a checkpoint of another number of tasks: not exercised", crossed)
	}
}

// A reader finds its key in a checkpoint of another number of tasks than there are now: what is complete says no less than what was before.
func TestCommittedReadsAtAnotherParallelism(t *testing.T) {
	older := 0 // answers out of a checkpoint of an earlier attempt
	for seed := range uint64(40) {
		last, key := map[string]int64{}, ""
		rescaled(t, seed, build, blobs.NewMemory(), func(all []e.Fact) {
			from := int64(0)
			for _, f := range all {
				switch {
				case f.Kind == e.TookOver:
					from = f.Ckpt
				case f.Kind == e.Asked:
					key = string(f.Key)
				case f.Kind == e.Answered && f.Ckpt > 0:
					n := int64(0)
					for _, c := range f.Cursors {
						n += c.N
					}
					if n < last[key] {
						t.Fatalf("seed %d: key %x has a count of %d in checkpoint %d, and had %d before", seed, key, n, f.Ckpt, last[key])
					}
					last[key] = n
					if f.Ckpt == from {
						older++
					}
				}
			}
		})
	}
	if older < 30 {
		t.Errorf("%d reads of what an earlier attempt completed were answered: not exercised", older)
	}
}

// A checkpoint is refused by a job of other sources, whose partitions are the job's, and by one of more or fewer key groups, in which a key would be
// looked for in another group.
func TestRestoreByAnotherJob(t *testing.T) {
	for _, c := range []struct {
		change func(s *e.Spec, attempt int)
		want   string
	}{
		{func(s *e.Spec, attempt int) { s.Sources = 1 + attempt }, "6 parts, which no number of tasks has beside 3 sources"},
		{func(s *e.Spec, attempt int) { s.Groups = 16 * attempt }, "it was taken with 16 key groups, the job has 32: that cannot change"},
		{func(s *e.Spec, attempt int) { s.Groups = 32 / attempt }, "it was taken with 32 key groups, the job has 16: that cannot change"},
	} {
		b, r := blobs.NewMemory(), rand.New(rand.NewPCG(1, 5))
		for attempt := 1; attempt <= 2; attempt++ {
			s := spec()
			s.Interval = 40
			c.change(s, attempt)
			g, err := build(s, int64(attempt))
			if err != nil {
				t.Fatal(err)
			}
			d := drive(r, g, b, 1<<20)
			if attempt == 1 && (d.err != nil || !d.over) {
				t.Fatal(d.err, d.over)
			}
			if attempt == 2 && (d.err == nil || !strings.Contains(d.err.Error(), c.want)) {
				t.Errorf("%v, want %q", d.err, c.want)
			}
		}
	}
}
