package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/backendtest/every"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/backends/heap"
	"github.com/weirbench/weir/backends/tables"
	e "github.com/weirbench/weir/engine"
)

// A note is how the counting job keeps a text for each key beside the count.
type note func(s *tables.Scope[uint64]) (set func(string), get func() string, err error)

const noteLife = time.Hour

func textNote(ttl time.Duration) note {
	return func(s *tables.Scope[uint64]) (func(string), func() string, error) {
		v, err := tables.OpenValueTTL(s, "note", tables.None{}, tables.String{}, tables.TTL{Life: ttl})
		return func(x string) { v.Set(backends.Void{}, x) }, func() string { x, _ := v.Get(backends.Void{}); return x }, err
	}
}

func listNote(s *tables.Scope[uint64]) (func(string), func() string, error) {
	v, err := tables.OpenList(s, "note", tables.None{}, tables.String{})
	return func(x string) { v.Set(backends.Void{}, []string{x}) },
		func() (all string) {
			v.Each(backends.Void{}, func(x string) bool { all += x; return true })
			return all
		}, err
}

func spacedNote(s *tables.Scope[uint64]) (func(string), func() string, error) {
	v, err := tables.OpenValue(s, "note", tables.Uint64{}, tables.String{})
	return func(x string) { v.Set(1, x) }, func() string { x, _ := v.Get(1); return x }, err
}

func mapNote[U comparable](u backends.Codec[U]) note {
	return func(s *tables.Scope[uint64]) (func(string), func() string, error) {
		v, err := tables.OpenMap(s, "note", tables.None{}, u, tables.String{})
		var key U
		return func(x string) { v.Set(backends.Void{}, key, x) }, func() string { x, _ := v.Get(backends.Void{}, key); return x }, err
	}
}

// noted is the counting job with a note, nil for none.
type noted struct {
	counter
	note  note
	write bool
	scope *tables.Scope[uint64]
	set   func(string)
	get   func() string
}

func (o *noted) Open(s *tables.Scope[uint64]) (err error) {
	if o.scope = s; o.note != nil {
		o.set, o.get, err = o.note(s)
	}
	return errors.Join(err, o.counter.Open(s))
}

func (o *noted) Process(v struct{}, id e.ID, at int64, out *e.Out[uint64, uint64]) {
	if o.write {
		o.set(fmt.Sprint("of ", o.scope.Keys.Cur().K))
	}
	o.counter.Process(v, id, at, out)
}

// attempt runs the job for so many steps, and answers what its tasks hold for each key.
func attempt(t *testing.T, b backends.Blobs, on backends.Backend, s *e.Spec, epoch int64, n note, steps int) (notes map[uint64]string, d *tiny) {
	t.Helper()
	s.Interval, s.Readers = 40, 0
	s.Open = func(_ int64, _ int, g backends.Groups) (backends.Store, error) {
		return on.Open(backends.Options{Groups: g, Dir: t.TempDir()})
	}
	var ops []*noted
	g, err := e.Build(s, epoch, e.Parts[uint64, struct{}, uint64]{
		Key: tables.Longs(s.Groups),
		Log: func(p int) e.Log[uint64, struct{}] { return numbers{int64(p), records, keys} },
		Op: func() e.Operator[uint64, struct{}, uint64] {
			ops = append(ops, &noted{note: n, write: epoch == 1})
			return ops[len(ops)-1]
		},
		Txn: func() e.Txn[uint64, uint64] { return &pairs{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	d = drive(rand.New(rand.NewPCG(uint64(epoch), 9)), g, b, steps)
	if d.err != nil || n == nil {
		return nil, d
	}
	notes = map[uint64]string{}
	for i, o := range ops {
		own := backends.Range(i, len(ops), s.Groups)
		for k := range uint64(s.Sources) { // each source has one key
			if !own.Has(backends.KeyGroup(backends.JavaHashLong(int64(k)), s.Groups)) {
				continue
			}
			d.err = errors.Join(d.err, o.scope.Batch([]uint64{k}, func(int) { notes[k] = o.get() }))
		}
	}
	return notes, d
}

// A state that is not what it was in the checkpoint is refused with one sentence, on every backend and for good; and where nobody looks, some of the
// values are wrong.
func TestRestoreIntoWhatDoesNotFit(t *testing.T) {
	plain, mortal := textNote(0), textNote(noteLife)
	for _, c := range []struct {
		was, is note
		want    string
		wrong   bool // unchecked, a value is another; false: the store finds bytes that are none
	}{
		{mortal, plain, "state note is a value key=tables.longs:8 ns=tables.None:0 of=ttl:tables.String there, and a value key=tables.longs:8 ns=tables.None:0 of=tables.String in this job", true},
		{plain, mortal, "of=tables.String there, and a value key=tables.longs:8 ns=tables.None:0 of=ttl:tables.String in this job", false},
		{listNote, plain, "state note is a list key", true},
		{plain, spacedNote, "ns=tables.None:0 of=tables.String there, and a value key=tables.longs:8 ns=tables.Uint64:8 of", false},
		{mapNote(tables.Uint64{}), mapNote(tables.String{}), "from=tables.Uint64:8 to=tables.String there, and a map key=tables.longs:8 ns=tables.None:0 from=tables.String to", true},
	} {
		for name, on := range every.Backend() {
			b := blobs.NewMemory()
			if _, d := attempt(t, b, on, spec(), 1, c.was, 1<<20); !d.over {
				t.Fatal(name, d.err)
			}
			var fatal *e.Fatal
			if _, d := attempt(t, b, on, spec(), 2, c.is, 1<<20); !errors.As(d.err, &fatal) || !strings.Contains(d.err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", name, d.err, c.want)
			}
			s := spec()
			s.Planted = &e.Planted{Name: "states-not-checked"}
			if got, d := unchecked(t, b, on, s, c.is); s.Planted.Hits.Load() == 0 || d == "" && got[1] == "of 1" || c.wrong && d != "" {
				t.Errorf("%s, unchecked: the note of 1 is %q, error %q, hits %d", name, got[1], d, s.Planted.Hits.Load())
			}
		}
	}
}

// unchecked is an attempt whose states may meet bytes that are none of theirs.
func unchecked(t *testing.T, b backends.Blobs, on backends.Backend, s *e.Spec, n note) (notes map[uint64]string, wrong string) {
	defer func() {
		if p := recover(); p != nil {
			wrong = fmt.Sprint(p)
		}
	}()
	notes, d := attempt(t, b, on, s, 3, n, 1<<20)
	if d.err != nil {
		wrong = d.err.Error()
	}
	return notes, wrong
}

// A checkpoint is one operator's: another is refused it though its states are of the same names and types.
func TestRestoreByAnotherOperator(t *testing.T) {
	b := blobs.NewMemory()
	for epoch, c := range []struct{ operator, planted, want string }{
		{"clicks", "", ""},
		{"views", "", `it is of the operator "clicks", this job's is "views"`},
		{"", "", `it is of the operator "clicks", this job's is ""`},
		{"views", "operator-not-checked", ""},
	} {
		s := spec()
		s.Operator, s.Planted = c.operator, &e.Planted{Name: c.planted}
		_, d := attempt(t, b, heap.Backend{}, s, int64(1+epoch), textNote(0), 1<<20)
		if c.want == "" && d.err != nil || c.want != "" && (d.err == nil || !strings.Contains(d.err.Error(), c.want)) {
			t.Errorf("operator %q: %v, want %q", c.operator, d.err, c.want)
		}
	}
}

// What is restored of a state that the job does not have is in its own checkpoints, and a job that has it again finds it: on another backend, and
// with more or fewer tasks.
func TestUnopenedStateIsCarried(t *testing.T) {
	for _, planted := range []string{"", "unopened-state-dropped"} {
		for name, on := range every.Backend() {
			b, hits := blobs.NewMemory(), int64(0)
			var notes map[uint64]string
			for epoch, c := range []struct {
				note  note
				tasks int
				steps int
			}{{textNote(noteLife), 2, 300}, {nil, 3, 500}, {textNote(noteLife), 1, 0}} {
				s := spec()
				s.Parallelism, s.Planted = c.tasks, &e.Planted{Name: planted}
				if c.steps == 0 {
					c.steps = 1 << 20
				}
				var d *tiny
				notes, d = attempt(t, b, on, s, int64(1+epoch), c.note, c.steps)
				if d.err != nil {
					t.Fatal(name, d.err)
				}
				hits += s.Planted.Hits.Load()
				for _, f := range d.facts {
					if f.Kind == e.TookOver && epoch > 0 && (f.Entry == nil || f.Entry.Epoch != int64(epoch)) {
						t.Fatalf("%s: attempt %d does not begin from a checkpoint of the one before: not exercised", name, 1+epoch)
					}
				}
			}
			for k := range uint64(spec().Sources) {
				if want := fmt.Sprint("of ", k); planted == "" && notes[k] != want || planted != "" && (notes[k] == want || hits == 0) {
					t.Errorf("%s, planted %q: the note of %d is %q, hits %d", name, planted, k, notes[k], hits)
				}
			}
		}
	}
}
