package scripts

import (
	"errors"
	"fmt"
	"slices"

	"github.com/weirbench/weir/backends"
)

// A Difference is where a backend shows something else than the model. A panic and an error of a store are differences, too.
type Difference struct {
	At        int    // the index of the line
	Line      string // as it is written
	Backend   string
	Got, Want string
}

func (d *Difference) Error() string {
	return fmt.Sprintf("line %d, %s, on %s: got %s, want %s", d.At+1, d.Line, d.Backend, cut(d.Got), cut(d.Want))
}

func cut(s string) string {
	if len(s) > 400 {
		return s[:400] + "…"
	}
	if s == "" {
		return "none"
	}
	return s
}

// A Place is a backend to run scripts on.
type Place struct {
	Name    string
	Backend backends.Backend // one that needs no folder
}

// Run runs a script on all places at once. The first run begins on the first and goes to others with its restores, the second begins on the
// second; so every backend is restored from every other. It returns the first difference, or nil.
func Run(s Script, on ...Place) *Difference {
	for first := range on {
		r := &run{script: s, on: on, place: first, model: newModel(s.Options), snaps: map[uint64]*pinned{}}
		if d := r.all(); d != nil {
			return d
		}
	}
	return nil
}

// A run is a script on its way over the places.
type run struct {
	script Script
	on     []Place
	place  int
	model  *model
	tasks  []task
	snaps  map[uint64]*pinned // by their number
	line   int
}

// pinned is a snapshot of all tasks, and what it should hold.
type pinned struct {
	snaps []backends.Snapshot
	model *model
	taken int64
}

// mismatch is a difference that ends a run.
type mismatch struct{ got, want string }

func (r *run) all() *Difference {
	d := r.guard(r.lines)
	if e := r.guard(func() { r.must(r.close()) }); d == nil {
		d = e
	}
	return d
}

// guard turns what ends a run into a difference.
func (r *run) guard(f func()) (d *Difference) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		m, ok := p.(mismatch)
		if !ok {
			m = mismatch{fmt.Sprint("a panic: ", p), "none"}
		}
		d = &Difference{At: r.line, Line: "the end", Backend: r.on[r.place].Name, Got: m.got, Want: m.want}
		if r.line < len(r.script.Lines) {
			d.Line = r.script.Lines[r.line].String()
		}
	}()
	f()
	return nil
}

func (r *run) lines() {
	r.open(1, nil)
	for lines := r.script.Lines; r.line < len(lines); {
		if lines[r.line].State == "" {
			r.between(lines[r.line])
			r.line++
			continue
		}
		n := 1
		for r.line+n < len(lines) && lines[r.line+n].State != "" {
			n++
		}
		r.batch(r.line, lines[r.line:r.line+n])
	}
	r.look(r.pin())
}

func (r *run) want(got, want string) {
	if got != want {
		panic(mismatch{got, want})
	}
}

func (r *run) must(err error) {
	if err != nil {
		panic(mismatch{err.Error(), "no error"})
	}
}

func (r *run) close() (err error) {
	for _, t := range r.tasks {
		err = errors.Join(err, t.store().Close())
	}
	r.tasks = nil
	return err
}

// open begins a life of so many tasks, with the state of a snapshot.
func (r *run) open(tasks int, from *pinned) {
	var made []task
	old := r.tasks
	r.tasks = nil
	for i := range tasks {
		t, err := newTask(r.on[r.place].Backend, backends.Options{Groups: backends.Range(i, tasks, r.script.Options.groups())}, r.script.Options)
		r.must(err)
		made = append(made, t)
	}
	if from != nil {
		for _, t := range made {
			r.must(eachEntry(from.snaps, t.own(), t.store().Restore))
		}
	}
	r.tasks = old
	err := r.close()
	r.tasks, r.snaps = made, map[uint64]*pinned{}
	r.must(err)
	r.none()
}

// none is a batch of no record: every task is told what time it is.
func (r *run) none() {
	for _, t := range r.tasks {
		t.begin(r.model.now, nil)
		r.must(t.store().End())
	}
}

// between does what comes between batches.
func (r *run) between(l Line) {
	switch a := l.Args; l.Verb {
	case "batch":
		r.model.now += int64(a[0])
		r.none()
	case "snapshot":
		r.drop(a[0])
		r.snaps[a[0]] = r.pin()
	case "read":
		r.look(r.snaps[a[0]])
	case "close":
		r.drop(a[0])
	case "restore":
		r.restore(r.snaps[a[0]], int(a[1]), int(a[2]))
	case "timers":
		r.fire("timers", int64(a[0]), int(a[1]), int64(a[2]))
	case "processing":
		r.fire("processing", r.model.now+int64(a[0]), int(a[1]), int64(a[2]))
	}
}

func (r *run) pin() *pinned {
	p := &pinned{model: r.model.clone(), taken: r.model.now}
	for _, t := range r.tasks {
		s, err := t.store().Snapshot()
		r.must(err)
		p.snaps = append(p.snaps, s)
	}
	return p
}

func (r *run) drop(n uint64) {
	if p := r.snaps[n]; p != nil {
		for _, s := range p.snaps {
			s.Close()
		}
		delete(r.snaps, n)
	}
}

// look holds a snapshot against the model as it was. A script that was shrunk may ask for one that was not taken.
func (r *run) look(p *pinned) {
	if p == nil {
		return
	}
	got, err := r.script.Options.linesOf(p.snaps, p.taken)
	r.must(err)
	want := p.model.entries()
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			panic(mismatch{entryAt(got, i), entryAt(want, i)})
		}
	}
}

func entryAt(all []string, i int) string {
	if i >= len(all) {
		return fmt.Sprintf("a snapshot of %d entries", len(all))
	}
	return all[i]
}

func (r *run) restore(from *pinned, tasks, shift int) {
	if from == nil || tasks < 1 {
		return
	}
	tasks = min(tasks, r.script.Options.groups()) // of a script that was shrunk, too, each task has a key group
	now := r.model.now
	r.place = (r.place + shift) % len(r.on)
	r.model = from.model
	r.model.now = now
	r.open(tasks, from)
}

func (r *run) fire(state string, until int64, room int, again int64) {
	r.heads(state)
	want := r.model.fire(state, until, again)
	var got []string
	for _, t := range r.tasks {
		fired, err := t.fire(state, r.model.now, until, again, max(1, room))
		r.must(err)
		got = append(got, fired...)
	}
	slices.Sort(got)
	r.want(fmt.Sprint(got), fmt.Sprint(want))
	r.heads(state)
}

// heads holds the earliest timer of all tasks against the model.
func (r *run) heads(state string) {
	first := "nothing"
	for _, t := range r.tasks {
		if h := t.head(state); h != "nothing" && (first == "nothing" || len(h) < len(first) || len(h) == len(first) && h < first) {
			first = h
		}
	}
	r.want("first of all timers "+first, "first of all timers "+r.model.head(state))
}

// batch runs accesses from a line on: all tasks have their part of them.
func (r *run) batch(from int, lines []Line) {
	want := make([]string, len(lines))
	for i, l := range lines {
		want[i] = r.model.do(l)
	}
	for _, t := range r.tasks {
		r.batchOf(t, from, lines, want)
	}
	r.line = from + len(lines)
}

func (r *run) batchOf(t task, from int, lines []Line, want []string) {
	var keys []uint64
	at := make([]int, len(lines)) // the record of each line; -1: another task's
	last := -1
	for i, l := range lines {
		if at[i] = -1; !t.own().Has(groupOf(r.script.Options, l.Key)) {
			continue
		}
		if last < 0 || last < i-1 || !l.More || lines[last].Key != l.Key {
			keys = append(keys, l.Key)
		}
		at[i], last = len(keys)-1, i
	}
	t.begin(r.model.now, keys)
	for i, l := range lines {
		if at[i] > 0 && i%3 == 0 {
			t.cell(l.State)("want", l.NS, []uint64{uint64(at[i])})
		}
	}
	for i, l := range lines {
		if r.line = from + i; at[i] >= 0 {
			t.at(at[i])
			r.want(t.cell(l.State)(l.Verb, l.NS, l.Args), want[i])
		}
	}
	r.must(t.store().End())
}
