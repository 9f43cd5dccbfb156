package engine

import (
	"errors"
	"fmt"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

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

// TwoParts are what a workload of two inputs, each of its own type, brings to a graph.
type TwoParts[K comparable, A, B, R any] struct {
	Key tables.KeyType[K]
	// First and Second are the logs of source partitions: a partition is of the one input or of the other, which answers nil then. Each input has
	// one partition at least.
	First   func(part int) Log[K, A]
	Second  func(part int) Log[K, B]
	Op      func() Two[K, A, B, R]
	Txn     func() Txn[K, R]
	ReadKey func(reader int, nth int64) K                  // as those of Parts
	Cursors func(dst []Cursor, e *backends.Entry) []Cursor // as those of Parts
}

// layout is what a graph is made of but its Spec, with the types of the records that come to a task inside the functions.
type layout[K comparable, R any] struct {
	key     tables.KeyType[K]
	source  func(c Common) (m Machine, route []uint16)    // route: the source's outputs by key group
	task    func() (op Stateful[K, R], in []intake[K, R]) // in: by source partition
	second  Mask                                          // the source partitions of the second input
	txn     func() Txn[K, R]
	readKey func(reader int, nth int64) K
	cursors func(dst []Cursor, e *backends.Entry) []Cursor
}

// Build makes the graph of one attempt: sources, keyed tasks and sinks, readers, collector and coordinator, in this order. Every source is
// connected to every task, task i to sink i.
func Build[K comparable, V, R any](s *Spec, epoch int64, parts Parts[K, V, R]) (*Graph, error) {
	return build(s, epoch, &layout[K, R]{key: parts.Key, txn: parts.Txn, readKey: parts.ReadKey, cursors: parts.Cursors,
		source: func(c Common) (Machine, []uint16) {
			return newSource(c, parts.Key, parts.Log(c.Role.Index), parts.Everywhere)
		},
		task: func() (Stateful[K, R], []intake[K, R]) {
			op, in := parts.Op(), make([]intake[K, R], s.Sources)
			for i := range in {
				in[i] = rowsOf[K, V, R]{op}
			}
			return op, in
		},
	})
}

// BuildTwo is Build for two inputs. The partitions of both are sources like any: barriers and watermarks of all of them are aligned together.
func BuildTwo[K comparable, A, B, R any](s *Spec, epoch int64, parts TwoParts[K, A, B, R]) (*Graph, error) {
	var second, all Mask
	for i := range s.Sources {
		a, b := parts.First(i) != nil, parts.Second(i) != nil
		if a == b {
			return nil, fmt.Errorf("build graph: source partition %d is of both inputs or of none; want one", i)
		}
		if all |= 1 << i; b {
			second |= 1 << i
		}
	}
	if second == 0 || second == all {
		return nil, fmt.Errorf("build graph: %d source partitions, and one of the two inputs has none; want one for each at least", s.Sources)
	}
	return build(s, epoch, &layout[K, R]{key: parts.Key, txn: parts.Txn, readKey: parts.ReadKey, cursors: parts.Cursors, second: second,
		source: func(c Common) (Machine, []uint16) {
			if second>>c.Role.Index&1 != 0 {
				return newSource(c, parts.Key, parts.Second(c.Role.Index), nil)
			}
			return newSource(c, parts.Key, parts.First(c.Role.Index), nil)
		},
		task: func() (Stateful[K, R], []intake[K, R]) {
			op, in := parts.Op(), make([]intake[K, R], s.Sources)
			for i := range in {
				if in[i] = (rowsOf[K, A, R]{firstOf[K, A, B, R]{op}}); second>>i&1 != 0 {
					in[i] = rowsOf[K, B, R]{secondOf[K, A, B, R]{op}}
				}
			}
			return op, in
		},
	})
}

func build[K comparable, R any](s *Spec, epoch int64, l *layout[K, R]) (*Graph, error) {
	p, n := s.Sources, s.Parallelism
	if p < 1 || n < 1 || p > 63 || n > s.Groups {
		return nil, fmt.Errorf("build graph: %d sources, parallelism %d, %d key groups: want 1 to 63 sources and a key group for every task", p, n, s.Groups)
	}
	readers := s.Readers
	if l.readKey == nil {
		readers = 0
	}
	g := &Graph{}
	coord := p + 2*n + readers + 1
	add := func(m Machine, r Role) { g.Machines, g.Roles = append(g.Machines, m), append(g.Roles, r) }
	common := func(k RoleKind, i, inputs int) Common {
		return Common{Index: len(g.Machines), Role: Role{k, i}, Coord: coord, Epoch: epoch, Inputs: inputs, Spec: s}
	}
	var route []uint16 // of source/0
	for i := range p {
		c := common(SourceRole, i, 0)
		src, by := l.source(c)
		if i == 0 {
			route = by
		}
		add(src, c.Role)
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
			route[own.First] = 1
		}
		st, err := s.Open(epoch, i, own)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the store of task/%d: %w", i, err), g.Close())
		}
		stores = append(stores, st)
		t := l.keyed(common(TaskRole, i, p), st, own)
		add(t, t.Role)
		g.Chans = append(g.Chans, Chan{From: p + i, To: p + n + i})
	}
	for i := range n {
		k := &Sink[K, R]{Common: common(SinkRole, i, 1), Txn: l.txn()}
		add(k, k.Role)
	}
	for i := range readers {
		r := &Reader[K]{Common: common(ReaderRole, i, 0), Key: l.key, Next: l.readKey, Cursors: l.cursors, firstTask: p}
		add(r, r.Role)
	}
	add(&Collector{Common: common(CollectorRole, 0, 0)}, Role{Kind: CollectorRole})
	add(&Coordinator{Common: common(CoordinatorRole, 0, 0), tasks: p + 2*n, sources: p, sinks: n, readers: readers}, Role{Kind: CoordinatorRole})
	return g, nil
}

// keyed makes a task over a store.
func (l *layout[K, R]) keyed(c Common, st backends.Store, own backends.Groups) *Keyed[K, R] {
	scope := &tables.Scope[K]{Store: st, Keys: new(backends.Keys[K]), Codec: l.key}
	if c.Spec.Census {
		scope.Census = new(tables.Census)
	}
	t := &Keyed[K, R]{Common: c, Scope: scope, own: own, second: l.second}
	t.Op, t.intakes = l.task()
	t.out.port.init(1, c.Spec.Groups)
	return t
}

// newSource makes the source of a partition.
func newSource[K comparable, V any](c Common, key tables.KeyType[K], log Log[K, V], everywhere func(V) bool) (Machine, []uint16) {
	s := &Source[K, V]{Common: c, Log: log, Key: key, everywhere: everywhere, mark: NoMark}
	s.marked, _ = log.(Marked)
	s.silent, _ = log.(Silent)
	s.out.init(c.Spec.Parallelism, c.Spec.Groups)
	if c.Spec.Cuts != nil {
		s.cuts = c.Spec.Cuts(c.Role.Index)
	}
	return s, s.out.route
}
