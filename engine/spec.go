package engine

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// A Spec is what an attempt is made from, alike for all workloads. Times are microseconds.
type Spec struct {
	Sources     int // source partitions, one source each
	Parallelism int // keyed tasks, and as many sinks
	Groups      int // key groups
	Batch       int // rows for each output in one step of a source
	AtLeastOnce bool

	Interval   int64 // between the beginnings of checkpoints; 0: never
	Timeout    int64 // after which a checkpoint is aborted
	MinPause   int64 // between the end of one and the beginning of the next; above 0 there is one at a time
	Concurrent int   // at most so many under way
	Tolerable  int   // consecutive failures of checkpoints before the job fails
	Retained   int   // completed checkpoints that are kept

	Readers   int   // clients that ask for keys while the job runs
	ReadEvery int64 // time between the end of a read and the next

	// Until ends the input early: a source that is at a time at or behind it reads no further, and its log ends there. 0: the log's own end.
	Until int64
	// Furthest is how far each source has read in any attempt, kept by the sources where time ends the input: a later attempt reads as far.
	// nil: it ends where its own time does.
	Furthest []atomic.Int64

	// Phases are how the input is read; none: as fast as it goes, to its end.
	Phases []Phase

	// Volatile are states that may lose entries at any time, as those with a TTL: no digest holds them.
	Volatile []string

	Track      bool                   // rows carry IDs and machines tell facts: a history is kept
	TimersMask uint32                 // and tell of no timer of a key whose hash has any of these bits; 0: of all
	Census     bool                   // tasks count what is asked of their states, and tell it
	Cuts       func(part int) []int64 // offsets at which a source's batch must end, ascending; nil: none
	Planted    *Planted

	// Open makes the store of a keyed task. The graph closes it.
	Open func(epoch int64, task int, g backends.Groups) (backends.Store, error)
}

// Parts are what a workload brings to a graph.
type Parts[K comparable, V, R any] struct {
	Key tables.KeyType[K]
	Log func(part int) Log[K, V]
	Op  func() Operator[K, V, R]
	// Everywhere tells of which records every task gets a copy; nil: of none. The operator is then a Hearer.
	Everywhere func(v V) bool
	Txn        func() Txn[K, R]
	ReadKey    func(reader int, nth int64) K                  // what a reader asks for; nil: there are no readers
	Cursors    func(dst []Cursor, e *backends.Entry) []Cursor // what an entry of a key says; nil: nothing
}

// Common is what every machine of an attempt is told.
type Common struct {
	Index  int // among the machines
	Role   Role
	Coord  int // the coordinator's index
	Epoch  int64
	Inputs int
	Spec   *Spec
}

func (c *Common) tell(fx *Effects, kind MsgKind, to int, ckpt int64, state []byte) {
	fx.Tell(Msg{Kind: kind, From: c.Index, To: to, Ckpt: ckpt, State: state})
}

func (c *Common) bug(name string) bool { return c.Spec.Planted.Is(name) }

// Build makes the graph of one attempt: sources, keyed tasks and sinks, readers, collector and coordinator, in this order. Every source is
// connected to every task, task i to sink i.
func Build[K comparable, V, R any](s *Spec, epoch int64, parts Parts[K, V, R]) (*Graph, error) {
	p, n := s.Sources, s.Parallelism
	if p < 1 || n < 1 || p > 63 || n > s.Groups {
		return nil, fmt.Errorf("build graph: %d sources, parallelism %d, %d key groups: want 1 to 63 sources and a key group for every task", p, n, s.Groups)
	}
	readers := s.Readers
	if parts.ReadKey == nil {
		readers = 0
	}
	g := &Graph{}
	coord := p + 2*n + readers + 1
	add := func(m Machine, r Role) { g.Machines, g.Roles = append(g.Machines, m), append(g.Roles, r) }
	common := func(k RoleKind, i, inputs int) Common {
		return Common{Index: len(g.Machines), Role: Role{k, i}, Coord: coord, Epoch: epoch, Inputs: inputs, Spec: s}
	}
	for i := range p {
		src := &Source[K, V]{Common: common(SourceRole, i, 0), Log: parts.Log(i), Key: parts.Key, everywhere: parts.Everywhere}
		src.marked, _ = src.Log.(Marked)
		src.silent, _ = src.Log.(Silent)
		src.out.init(n, s.Groups)
		if s.Cuts != nil {
			src.cuts = s.Cuts(i)
		}
		add(src, src.Role)
		for t := range n {
			g.Chans = append(g.Chans, Chan{From: i, Out: t, To: p + t, In: i})
		}
	}
	var stores []backends.Store
	g.Close = func() error {
		var err error
		for _, st := range stores {
			err = errors.Join(err, st.Close())
		}
		return err
	}
	for i := range n {
		own := backends.Range(i, n, s.Groups)
		if i == 1 && s.Planted.Is("key-in-two-tasks") { // off by one, and source/0 believes it
			own.First--
			g.Machines[0].(*Source[K, V]).out.route[own.First] = 1
		}
		st, err := s.Open(epoch, i, own)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the store of task/%d: %w", i, err), g.Close())
		}
		stores = append(stores, st)
		scope := &tables.Scope[K]{Store: st, Keys: new(backends.Keys[K]), Codec: parts.Key}
		if s.Census {
			scope.Census = new(tables.Census)
		}
		t := &Keyed[K, V, R]{Common: common(TaskRole, i, p), Scope: scope, Op: parts.Op(), own: own}
		t.out.port.init(1, s.Groups)
		add(t, t.Role)
		g.Chans = append(g.Chans, Chan{From: p + i, To: p + n + i})
	}
	for i := range n {
		k := &Sink[K, R]{Common: common(SinkRole, i, 1), Txn: parts.Txn()}
		add(k, k.Role)
	}
	for i := range readers {
		r := &Reader[K]{Common: common(ReaderRole, i, 0), Key: parts.Key, Next: parts.ReadKey, Cursors: parts.Cursors, firstTask: p}
		add(r, r.Role)
	}
	add(&Collector{Common: common(CollectorRole, 0, 0)}, Role{Kind: CollectorRole})
	add(&Coordinator{Common: common(CoordinatorRole, 0, 0), tasks: p + 2*n, sources: p, sinks: n, readers: readers}, Role{Kind: CoordinatorRole})
	return g, nil
}
