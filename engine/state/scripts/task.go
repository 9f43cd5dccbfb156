package scripts

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// A task is a store, the states of a script in it, and its timers. A script has one or several, each with its own key groups.
type task interface {
	own() backends.Groups
	store() backends.Store
	begin(now int64, keys []uint64) // a batch of the keys of its records
	at(i int)                       // makes record i current
	cell(state string) cell
	fire(state string, now, until, again int64, room int) ([]string, error)
	head(state string) string
}

// newTask opens a task on a backend.
func newTask(b backends.Backend, o backends.Options, with Options) (task, error) {
	s, err := b.Open(o)
	if err != nil {
		return nil, err
	}
	switch {
	case with.Text:
		return openTask(s, o.Groups, with, tables.Strings(with.groups()), textOf, numberOf)
	case with.Signed:
		return openTask(s, o.Groups, with, tables.Int32s(with.groups()), signedOf, numberOfSigned)
	}
	return openTask(s, o.Groups, with, tables.Longs(with.groups()), longSpace().make, longSpace().name)
}

type typedTask[K comparable] struct {
	*tables.Scope[K]
	groups backends.Groups
	key    func(uint64) K
	name   func(K) string
	cells  map[string]cell
	timed  map[string]timed
	ks     []K
}

func openTask[K comparable](s backends.Store, g backends.Groups, with Options, codec tables.KeyType[K], key func(uint64) K, name func(K) string) (task, error) {
	t := &typedTask[K]{groups: g, key: key, name: name, cells: map[string]cell{}, timed: map[string]timed{}}
	t.Scope = &tables.Scope[K]{Store: s, Keys: new(backends.Keys[K]), Codec: codec}
	for _, spec := range states() {
		if err := t.open(spec.name, with.ttl()); err != nil {
			return nil, errors.Join(err, s.Close())
		}
	}
	return t, nil
}

func (o Options) ttl() tables.TTL {
	ttl := tables.TTL{Life: life * time.Microsecond, Cleanup: tables.Cleanup{FullSnapshot: o.Full, NoBackground: !o.Background}}
	if o.Renew {
		ttl.Update = tables.OnReadAndWrite
	}
	if o.Show {
		ttl.Visible = tables.ReturnExpiredIfNotCleanedUp
	}
	return ttl
}

// open opens the state of a name.
func (t *typedTask[K]) open(name string, ttl tables.TTL) (err error) {
	number := userKey[uint64]{tables.Uint64{}, longSpace().make, longSpace().name}
	text := userKey[string]{tables.String{}, textOf, numberOf}
	switch name {
	case "count":
		return openValue(t, name, noSpace(), longView())
	case "window":
		return openValue(t, name, longSpace(), longView())
	case "words":
		return openValue(t, name, longSpace(), wordsView())
	case "lane":
		return openValue(t, name, laneSpace(), longView())
	case "lane-words":
		return openValue(t, name, laneSpace(), wordsView())
	case "text":
		return openValue(t, name, noSpace(), wordView())
	case "value":
		return openValue(t, name, wordSpace(), wordView())
	case "ttl-value":
		return openValueTTL(t, name, longSpace(), longView(), ttl)
	case "ttl-shared":
		return openValueTTL(t, name, noSpace(), wordsView(), ttl)
	case "sum":
		s, err := tables.OpenValue(t.Scope, name, tables.Uint64{}, tables.Uint64{})
		return addSum(t, name, longSpace(), s, err)
	case "ttl-sum":
		s, err := tables.OpenValueTTL(t.Scope, name, tables.None{}, tables.Uint64{}, ttl)
		return addSum(t, name, noSpace(), s, err)
	case "mean":
		s, err := tables.OpenValue(t.Scope, name, tables.None{}, tables.Uint64s{})
		return addMean(t, name, noSpace(), s, err)
	case "ttl-mean":
		s, err := tables.OpenValueTTL(t.Scope, name, tables.String{}, tables.Uint64s{}, ttl)
		return addMean(t, name, wordSpace(), s, err)
	case "log":
		return openList(t, name, noSpace(), wordView())
	case "pairs":
		return openList(t, name, longSpace(), longView())
	case "logs":
		return openList(t, name, longSpace(), wordsView())
	case "ttl-list":
		return openListTTL(t, name, noSpace(), wordView(), ttl)
	case "ttl-pairs":
		return openListTTL(t, name, longSpace(), longView(), ttl)
	case "sets":
		return openMap(t, name, noSpace(), text, longView())
	case "maps":
		return openMap(t, name, wordSpace(), number, wordsView())
	case "lists":
		return openMap(t, name, longSpace(), number, wordsView())
	case "ttl-sets":
		return openMapTTL(t, name, noSpace(), text, longView(), ttl)
	case "ttl-maps":
		return openMapTTL(t, name, wordSpace(), userKey[int32]{tables.Int32{}, signedOf, numberOfSigned}, wordsView(), ttl)
	case "timers":
		return openTimers(t, name, longSpace())
	case "processing":
		return openTimers(t, name, wordSpace())
	}
	return fmt.Errorf("there is no way to open the state %s", name)
}

// What has no TTL is opened without what could give it one: the code of each type of state with a TTL takes a second to compile, and there are many here.

func openValue[K, N comparable, V any](t *typedTask[K], name string, in space[N], of view[V]) error {
	s, err := tables.OpenValue(t.Scope, name, in.codec, of.codec)
	t.cells[name] = valueCell(s, tables.UpdatesOf(t.Scope, s), in, of)
	return err
}

func openValueTTL[K, N comparable, V any](t *typedTask[K], name string, in space[N], of view[V], ttl tables.TTL) error {
	s, err := tables.OpenValueTTL(t.Scope, name, in.codec, of.codec, ttl)
	t.cells[name] = valueCell(s, tables.UpdatesOf(t.Scope, s), in, of)
	return err
}

func addSum[K, N comparable](t *typedTask[K], name string, in space[N], s tables.Value[N, uint64], err error) error {
	sum := state.ReduceInto(s, func(a, b uint64) uint64 { return a + b })
	t.cells[name] = foldCell(sum, in, longView().shown)
	return err
}

func addMean[K, N comparable](t *typedTask[K], name string, in space[N], s tables.Value[N, []uint64], err error) error {
	mean := state.AggregateInto(s, average())
	t.cells[name] = foldCell(mean, in, func(v string, ok bool) string {
		if ok {
			return v
		}
		return "nothing"
	})
	return err
}

func openList[K, N comparable, V any](t *typedTask[K], name string, in space[N], of view[V]) error {
	s, err := tables.OpenList(t.Scope, name, in.codec, of.codec)
	t.cells[name] = listCell(s, in, of)
	return err
}

func openListTTL[K, N comparable, V any](t *typedTask[K], name string, in space[N], of view[V], ttl tables.TTL) error {
	s, err := tables.OpenListTTL(t.Scope, name, in.codec, of.codec, ttl)
	t.cells[name] = listCell(s, in, of)
	return err
}

func openMap[K, N, U comparable, V any](t *typedTask[K], name string, in space[N], u userKey[U], of view[V]) error {
	s, err := tables.OpenMap(t.Scope, name, in.codec, u.codec, of.codec)
	t.cells[name] = mapCell(s, in, u, of)
	return err
}

func openMapTTL[K, N, U comparable, V any](t *typedTask[K], name string, in space[N], u userKey[U], of view[V], ttl tables.TTL) error {
	s, err := tables.OpenMapTTL(t.Scope, name, in.codec, u.codec, of.codec, ttl)
	t.cells[name] = mapCell(s, in, u, of)
	return err
}

func (t *typedTask[K]) own() backends.Groups   { return t.groups }
func (t *typedTask[K]) store() backends.Store  { return t.Store }
func (t *typedTask[K]) at(i int)               { t.Keys.At = i }
func (t *typedTask[K]) cell(state string) cell { return t.cells[state] }

func (t *typedTask[K]) begin(now int64, keys []uint64) {
	t.ks = t.ks[:0]
	for _, k := range keys {
		t.ks = append(t.ks, t.key(k))
	}
	t.Keys.Now = now
	t.Fill(t.ks)
	t.Store.Begin()
}

func (t *typedTask[K]) head(state string) string { return t.timed[state].head() }

func (t *typedTask[K]) fire(state string, now, until, again int64, room int) (all []string, err error) {
	for range 10_000 {
		t.begin(now, nil)
		fired, err := t.timed[state].pop(until, again, room)
		if err := errors.Join(err, t.Store.End()); err != nil || len(fired) == 0 {
			slices.Sort(all)
			return all, err
		}
		all = append(all, fired...)
	}
	return nil, errors.New("there is no end of timers")
}

// timed is timers without their types.
type timed struct {
	head func() string
	pop  func(until, again int64, room int) ([]string, error) // in a batch that has begun
}

func openTimers[K, N comparable](t *typedTask[K], name string, in space[N]) error {
	s, err := tables.OpenTimers(t.Scope, name, in.codec)
	t.cells[name] = timerCell(s, in)
	t.timed[name] = timed{
		head: func() string {
			if at, ok := s.Head(); ok {
				return fmt.Sprint(at)
			}
			return "nothing"
		},
		pop: func(until, again int64, room int) ([]string, error) { return pop(t, s, in, until, again, room) },
	}
	return err
}

func timerCell[K, N comparable](s tables.Timers[K, N], in space[N]) cell {
	return func(verb string, n uint64, args []uint64) string {
		switch ns := in.make(n); verb {
		case "register":
			s.Register(int64(args[0]), ns)
		case "delete":
			s.Delete(int64(args[0]), ns)
		case "burst":
			for i := range args[2] {
				s.Register(int64(args[0]+i*args[1]), ns)
			}
		}
		return ""
	}
}

// pop takes timers as the engine does, with their keys current, and registers some anew.
func pop[K, N comparable](t *typedTask[K], s tables.Timers[K, N], in space[N], until, again int64, room int) (all []string, err error) {
	due := s.Pop(until, make([]backends.Timer[K, N], 0, room))
	t.Keys.Batch = t.Keys.Batch[:0]
	for _, d := range due {
		t.Keys.Batch = append(t.Keys.Batch, d.Key)
	}
	for i, d := range due {
		t.Keys.At = i
		if i > 0 && d.At < due[i-1].At {
			err = fmt.Errorf("timer %d comes behind %d", d.At, due[i-1].At)
		}
		all = append(all, fmt.Sprintf("%d of %s/%s", d.At, t.name(d.Key.K), in.name(d.NS)))
		if again > 0 && d.At%2 == 0 {
			s.Register(until+again, d.NS)
		}
	}
	return all, err
}
