package weir

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/broken"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/linearizability"
)

// A mutant is a planted bug of the engine, of a backend or of the harness, and how a simulation carries it.
type mutant struct {
	engine.Mutant
	wrap    func(backends.Backend, func()) backends.Backend
	muffle  bool
	only    string // "heap", "lsm": whose code it sits in; "": the engine's, so every backend's
	job     string // the workload that can show it, with its parameters; "": see cell
	params  map[string]string
	verdict linearizability.Result
}

// mutants are all planted bugs. Those of the engine sit in code that runs above every backend.
func mutants() (all []mutant) {
	for _, m := range engine.Mutants() {
		if !m.Jobs {
			all = append(all, mutant{Mutant: m})
		}
	}
	forget := func(b backends.Backend, hit func()) backends.Backend { return broken.Forgetful(b, 5, hit) }
	return append(all,
		mutant{Mutant: engine.Mutant{Name: "heap-without-copy-on-write", Ticket: "FLINK-26967", What: "the heap's snapshot shares its memory with the live table", Checks: []string{"consistent-cut"}}, wrap: broken.WithoutCopyOnWrite, only: "heap"},
		mutant{Mutant: engine.Mutant{Name: "lsm-iterator-not-pinned", Ticket: "SPARK-48105", What: "the LSM's snapshot iterator is opened after the cut", Checks: []string{"consistent-cut"}}, wrap: broken.LateSnapshot, only: "lsm"},
		mutant{Mutant: engine.Mutant{Name: "snapshot-leaves-out-entries", Ticket: "FLINK-12296", What: "a snapshot silently leaves out entries", Checks: []string{"consistent-cut"}}, wrap: forget},
		mutant{Mutant: engine.Mutant{Name: "timers-not-restored", Ticket: "FLINK-21486", What: "a restore silently ignores timers", Checks: []string{"digest", "timers"}, Timers: true}, wrap: broken.Timerless},
		mutant{Mutant: engine.Mutant{Name: "ttl-not-restored", Ticket: "FLINK-23277", What: "what is restored lives for ever", Checks: []string{"ttl"}}, wrap: broken.TimelessRestore, job: "dedup-ttl"},
		mutant{Mutant: engine.Mutant{Name: "ttl-lost-at-restore", Ticket: "dkv #70", What: "a restore drops the entries of state with a TTL", Checks: []string{"ttl"}}, wrap: broken.LostAtRestore, job: "dedup-ttl"},
		mutant{Mutant: engine.Mutant{Name: "ttl-lost-where-cold", Ticket: "FLINK-28010", What: "a restore drops the entries with a TTL of one key group, and no record looks for them again", Checks: []string{"digest"}}, wrap: broken.GroupLostAtRestore, job: "dedup-ttl", params: map[string]string{"new_keys": "1"}},
		mutant{Mutant: engine.Mutant{Name: "ttl-renewed-by-reading", Ticket: "tiny-lru #75", What: "reading what expires begins its life anew", Checks: []string{"ttl"}}, wrap: broken.RenewedByReading, job: "dedup-ttl"},
		mutant{Mutant: engine.Mutant{Name: "ttl-not-renewed-by-reading", Ticket: "Helidon #7422", What: "reading what expires does not begin its life anew, though it should", Checks: []string{"ttl"}}, wrap: broken.NotRenewedByReading, job: "dedup-ttl", params: map[string]string{"kind": "map", "update": "on-read-and-write"}},
		mutant{Mutant: engine.Mutant{Name: "ttl-shown-when-over", Ticket: "Dragonfly #6874", What: "what has expired is shown as long as it is not deleted", Checks: []string{"ttl"}}, wrap: broken.ShownWhenOver, job: "dedup-ttl", params: map[string]string{"kind": "list", "renew": "true"}},
		mutant{Mutant: engine.Mutant{Name: "namespace-left-out", Ticket: "FLINK-8679", What: "the namespace is left out of the key of a state", Checks: []string{"windows"}, Windows: map[string]string{}}, wrap: broken.WithoutNamespaces},
		mutant{Mutant: engine.Mutant{Name: "map-iterator-skips", Ticket: "libgdx #1390", What: "going through a map skips the entry behind one that is removed on the way", Checks: []string{"consistent-cut"}}, wrap: broken.SkipsBehindRemoved, job: "map-profile"},
		mutant{Mutant: engine.Mutant{Name: "scan-reads-the-neighbour", Ticket: "rust-rocksdb #577", What: "going through a map reads on behind its prefix, into the next key's entries", Checks: []string{"consistent-cut"}}, wrap: broken.ReadsOn, only: "lsm", job: "map-profile"},
		mutant{Mutant: engine.Mutant{Name: "list-boundary-lost", Ticket: "SPARK-55131", What: "a merge puts what is added to a list one byte off the boundary to the element before", Checks: []string{"consistent-cut"}}, wrap: broken.LosesBoundary, only: "lsm", job: "list-append"},
		mutant{Mutant: engine.Mutant{Name: "restore-bound-exclusive", Ticket: "RocksDB #11811", What: "a restore takes the last key group of its range for the first behind it", Checks: []string{"digest"}}, wrap: broken.ExclusiveBound},
		mutant{Mutant: engine.Mutant{Name: "fault-never-strikes", Ticket: "FLINK-37870", What: "the plan's faults silently never strike", Checks: []string{"faults-struck"}}, muffle: true, verdict: linearizability.Undecided},
		mutant{Mutant: engine.Mutant{Name: "snapshot-read-twice", What: "a snapshot is read twice, the first time for nothing", Benign: true}, wrap: broken.ReadTwice},
	)
}

// A Kill is one cell of the kill table: a mutant on a backend.
type Kill struct {
	Mutant, Ticket, What, Backend string
	Timers                        backends.TimerPlace // where an LSM keeps them
	NotHere                       string              // why the mutant does not apply
	Benign                        bool
	Budget                        int    // seeds that it may take
	Seeds                         int    // seeds that were run
	First                         int    // the first that killed it, from 1; 0: none
	By                            string // the check
	Hits                          int64  // how often its code ran up to there
	Control                       string // "clean", or what the same seeds said without it
}

// OK tells whether this is as it should be.
func (k *Kill) OK() bool {
	switch {
	case k.NotHere != "":
		return true
	case k.Benign:
		return k.First == 0 && k.Hits > 0
	}
	return k.First > 0 && k.First <= k.Budget && k.Hits > 0 && k.Control == "clean"
}

// KillOptions say on what the mutants are tried.
type KillOptions struct {
	Backends []string
	Seeds    int // 25: the budget of a bug
	Rare     int // 500: the budget of one that takes a crash between two particular steps
	Only     string
	Tell     func(*Kill)
}

// KillTable tries every mutant on every backend: seed after seed until a check that should see it does, and then the same seeds without it. Those
// that take timers to be seen are tried, too, where an LSM has its timers on the heap beside it.
func KillTable(ctx context.Context, c Catalog, o KillOptions) (table []Kill, err error) {
	for _, b := range o.Backends {
		for _, m := range mutants() {
			if o.Only != "" && m.Name != o.Only {
				continue
			}
			k := Kill{Mutant: m.Name, Ticket: m.Ticket, What: m.What, Backend: b, Benign: m.Benign, Budget: o.Seeds}
			if m.Rare {
				k.Budget = o.Rare
			}
			places := []backends.TimerPlace{backends.TimersInStore}
			if m.Timers && b != "heap" {
				places = append(places, backends.TimersOnHeap)
			}
			for _, k.Timers = range places {
				own := k
				if m.only == "heap" && b != "heap" || m.only == "lsm" && b == "heap" {
					own.NotHere = "n/a: it sits in the code of " + m.only
				} else if err := own.try(ctx, &c, &m); err != nil {
					return table, fmt.Errorf("mutant %s on %s: %w", m.Name, own.Place(), err)
				}
				if o.Tell != nil {
					o.Tell(&own)
				}
				table = append(table, own)
			}
		}
	}
	return table, nil
}

// Place is the backend, and where it has its timers when that is beside it.
func (k *Kill) Place() string {
	if k.Timers == backends.TimersInStore {
		return k.Backend
	}
	return k.Backend + ", timers on the " + string(k.Timers)
}

// cell is simCell with a job that can show the mutant.
func (m *mutant) cell(backend string, timers backends.TimerPlace) *Cell {
	c := simCell(backend)
	switch {
	case m.job != "":
		c = jobCell(backend, m.job, m.params)
	case m.Clock:
		c = jobCell(backend, "many-timers", map[string]string{"time": "processing"})
	case m.Timers:
		c = jobCell(backend, "many-timers", nil)
	case m.Held:
		c = jobCell(backend, "broadcast-rules", nil)
	case m.Two:
		c = jobCell(backend, "interval-join", nil)
	case m.Idle:
		c = jobCell(backend, "count", idleParams())
	case m.Windows != nil:
		c = jobCell(backend, "long-windows", m.Windows)
	}
	c.Timers = timers
	return c
}

// idleParams make partitions of the counting job idle.
func idleParams() map[string]string {
	return map[string]string{"event_time": "true", "silent_every": "30", "silent_for": "200", "idle_after": "20"}
}

// jobCell is simCell with another job.
func jobCell(backend, workload string, params map[string]string) *Cell {
	c := simCell(backend)
	c.Workload, c.Params = workload, params
	return c
}

// simCell is what mutants are tried on.
func simCell(backend string) *Cell {
	return &Cell{Name: backend, Backend: backend, Workload: "count", Mode: linearizability.ExactlyOnce, Readers: 2, Sources: 2, Parallelism: 2, Groups: 16, Memory: 2 << 20}
}

func (k *Kill) try(ctx context.Context, c *Catalog, m *mutant) error {
	dir, err := os.MkdirTemp("", "weir-kill-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o := SimOptions{Faults: 3, Mutant: m.Name, Porcupine: slices.Contains(m.Checks, "linearizability") || slices.Contains(m.Checks, "checkpoint-catalog"), Wrap: m.wrap, Muffle: m.muffle}
	s, err := c.simulator(m.cell(k.Backend, k.Timers), dir, o)
	if err != nil {
		return err
	}
	for seed := 0; seed < k.Budget && k.First == 0; seed++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		run, err := s.run(uint64(seed))
		if err != nil {
			return err
		}
		k.Seeds, k.Hits = seed+1, k.Hits+run.mutant
		k.see(run, m)
	}
	return k.control(c, m, dir, o)
}

// see looks for a check that kills it.
func (k *Kill) see(run *seedRun, m *mutant) {
	want := m.verdict
	if want == "" {
		want = linearizability.Fail
	}
	for _, v := range run.verdicts {
		if v.Result == want && (m.Benign || slices.Contains(m.Checks, v.Check)) {
			k.First, k.By = k.Seeds, v.Check
			return
		}
	}
}

// control runs the same seeds without the mutant: nothing fails, and on the seed that killed it the check says something else.
func (k *Kill) control(c *Catalog, m *mutant, dir string, o SimOptions) error {
	o.Mutant, o.Wrap, o.Muffle = "", nil, false
	s, err := c.simulator(m.cell(k.Backend, k.Timers), dir, o)
	if err != nil {
		return err
	}
	k.Control = "clean"
	for seed := range k.Seeds {
		run, err := s.run(uint64(seed))
		if err != nil {
			return err
		}
		for _, v := range run.verdicts {
			if v.Result == linearizability.Fail || seed+1 == k.First && v.Check == k.By && v.Result == m.verdict {
				k.Control = fmt.Sprintf("seed %d: %s", seed, v.Check)
				return nil
			}
		}
	}
	return nil
}

// WriteKillTable writes the table as Markdown.
func WriteKillTable(w io.Writer, table []Kill) error {
	var b strings.Builder
	killed, planted := 0, 0
	b.WriteString("| mutant | after | what it does | backend | killed by | first seed | of | hits | control |\n|---|---|---|---|---|--:|--:|--:|---|\n")
	for i := range table {
		k := &table[i]
		by, first := k.By, fmt.Sprint(k.First)
		switch {
		case k.NotHere != "":
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | | | | |\n", k.Mutant, k.Ticket, k.What, k.Place(), k.NotHere)
			continue
		case k.Benign && k.First == 0:
			by, first = "nothing, as it should be", "–"
		case k.First == 0:
			by, first = "**nothing**", "–"
		}
		if !k.Benign {
			planted++
			if k.OK() {
				killed++
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %d | %d | %s |\n", k.Mutant, k.Ticket, k.What, k.Place(), by, first, k.Budget, k.Hits, k.Control)
	}
	fmt.Fprintf(&b, "\n%d of %d planted bugs killed within their budget of seeds, with a clean control.\n", killed, planted)
	_, err := io.WriteString(w, b.String())
	return err
}
