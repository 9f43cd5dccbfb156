package weir

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/blobs"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/engine/sim"
	"github.com/weirbench/weir/faults"
	"github.com/weirbench/weir/linearizability"
)

// A simulator runs one cell under the simulation, seed by seed. Everything about a seed's run is drawn from its choices: the size of the
// input, the intervals, the faults (at points that a run of the seed without faults passes), the schedule, the fate of operations. One
// goroutine uses it.
type simulator struct {
	catalog  *Catalog
	cell     Cell
	backend  backends.Backend
	dir      string // for stores that need one; "": none does
	subjects map[[3]int]*subject
	opts     SimOptions
}

// SimOptions are what a simulation may do.
type SimOptions struct {
	Faults    int    // at most so many are drawn behind those of the plan
	Mutant    string // a bug that is planted
	Porcupine bool   // otherwise the oracles judge alone
	Fixed     bool   // the plan's own input and configuration, nothing drawn
	Records   int    // 0: drawn
	Wrap      func(b backends.Backend, hit func()) backends.Backend
	Muffle    bool // planted: no fault ever strikes

	store func(*keeper, *recorder) // prepares the storage of a judged run
}

// A seedRun is what one seed said.
type seedRun struct {
	seed     uint64
	evidence *Evidence
	verdicts []linearizability.Verdict
	choices  []sim.Choice
	faults   []faults.Spec
	mutant   int64 // how often the planted bug's code ran
}

func (c *Catalog) simulator(cell *Cell, dir string, o SimOptions) (*simulator, error) {
	entry, err := c.backend(cell.Backend)
	if err != nil {
		return nil, err
	}
	b, err := entry.Open(BackendOptions{Memory: cell.Memory, Keep: cell.Keep, InMemory: true})
	if err != nil {
		return nil, fmt.Errorf("open backend %s: %w", cell.Backend, err)
	}
	if cell.Backend == "heap" {
		dir = ""
	}
	return &simulator{catalog: c, cell: *cell, backend: b, dir: dir, subjects: map[[3]int]*subject{}, opts: o}, nil
}

// draw makes the cell of a seed.
func (s *simulator) draw(ch *sim.Choices) (Cell, *subject, error) {
	pick := func(xs ...int) int { return xs[ch.Pick(sim.Plan, len(xs))] }
	cell := s.cell
	records, keys, salt := pick(240, 120, 600), pick(3, 1, 10, 40), pick(0, 1, 2, 3)
	p, batch := pick(2, 2, 1), pick(8, 1, 3, 16)
	interval, timeout := pick(100, 40, 300), pick(20_000, 200, 600, 2_000)
	retained, concurrent, timed := pick(2, 3, 1), pick(1, 2), pick(1, 0)
	if s.opts.Records > 0 {
		records, p, interval = s.opts.Records, 2, 60
	}
	if !s.opts.Fixed {
		cell.unphased()
		cell.Sources, cell.Parallelism, cell.Groups, cell.Batch = p, p, 16, batch
		cell.Interval, cell.Timeout, cell.MinPause, cell.Retained = micros(interval), micros(timeout), 0, retained
		cell.Tolerable, cell.Readers, cell.ReadEvery = 1000, min(cell.Readers, 2), micros(20)
		cell.Restart = engine.Restart{Strategy: "fixed-delay", Attempts: 1 << 40, Delay: 10}
		cell.Concurrent = concurrent
	}
	id := [3]int{records, keys, salt<<5 | timed<<4 | cell.Sources}
	if sub := s.subjects[id]; sub != nil {
		return cell, sub, nil
	}
	change := map[string]string{"records": strconv.Itoa(records), "keys": strconv.Itoa(keys), "passes": "1", "event_time": strconv.FormatBool(timed == 1),
		"delay": "40", "deletes": "25", "burst": []string{"0", "16"}[salt&1], "size": "60", "slide": "20", "gap": "15", "lateness": []string{"0", "14"}[salt>>1],
		"out_of_order": "8", "watermark_every": "4", "late_by": "60", "late": "0", "before": "20", "after": "30", "length": "7",
		"fields": strconv.Itoa(simFields), "prunes": "0.15", "rule_every": "5"}
	for name, most := range map[string]int64{"silent_for": 2000, "idle_after": 20, "dry_at": 30, "loaded": simFields} { // a small input is over soon, a profile small
		if n, err := parseCount(cell.Params[name]); err == nil && n > most {
			change[name] = strconv.FormatInt(most, 10)
		}
	}
	if n, err := parseCount(cell.Params["life"]); err != nil || n > lives[0] { // none that a small run would see the end of
		change["life"] = strconv.FormatInt(lives[salt], 10)
	}
	if p == 1 { // of one partition, neither what is late depends on who is faster nor what a session that ends when a record comes is one with
		change["late"], change["gap"] = "0.2", "16"
	}
	if cell.Params["time"] == "processing" { // nothing is late by the clock
		delete(change, "lateness")
	}
	if s.opts.Fixed {
		change = nil
	}
	job, err := s.catalog.open(&cell, uint64(salt), change)
	if err != nil {
		return cell, nil, err
	}
	sub := newSubject(job)
	s.subjects[id] = sub
	return cell, sub, nil
}

// simFields are those of a profile in a simulated run.
const simFields = 9

// lives are those of what expires in a simulated run, in microseconds, drawn with the salt: long enough to outlive a recovery, so that what a restore
// loses is missed, and short enough for much to expire. One that a cell gives stands, unless it is longer than the run.
var lives = [...]int64{3000, 300, 30, 1000}

// run runs one seed.
func (s *simulator) run(seed uint64) (*seedRun, error) {
	ch := sim.Random(seed)
	cell, sub, err := s.draw(ch)
	if err != nil {
		return nil, err
	}
	out := &seedRun{seed: seed}
	if s.opts.Faults > 0 {
		calm, strikes, err := s.pilot(&cell, sub, seed)
		if err != nil {
			return nil, err
		}
		drawn, first := calm.draw(ch, s.opts.Faults)
		cell.Faults = append(overtaken(cell.Faults, strikes, first), drawn...)
	}
	out.faults = cell.Faults
	h := cell.history(sub)
	h.Demands.Outlived = false // with a short life, some seeds show the one thing, and with a long life others the other
	if cell.Readers > 0 {
		h.Demands.Overlap = overlapSnaps
	}
	rec := newRecorder(h, sub.keyNo)
	store := newKeeper()
	if s.opts.store != nil {
		s.opts.store(store, rec)
	}
	res, err := s.once(cell, sub, ch, cell.Faults, rec, store)
	if err != nil {
		return nil, err
	}
	store.over = true
	rec.finish(res.now)
	rec.ev.Trace, rec.ev.Steps, rec.ev.End = res.trace, res.steps, res.err
	if res.err != nil {
		h.End, h.Felled = res.err.Error(), errors.As(res.err, new(*engine.Felled))
	}
	h.Strikes = res.strikes
	if err := rec.complete(sub, store, false); err != nil {
		return nil, err
	}
	out.evidence, out.choices, out.mutant = rec.ev, ch.Log, res.mutant
	out.verdicts = judge(h, s.cell.CheckTimeout, s.opts.Porcupine)
	rec.ev.Trace = traceOf(rec.ev.Trace, h, out.verdicts)
	return out, nil
}

// pilot runs a seed without drawn faults: the points that it passes, and which faults of the plan strike. A small input may be over before the
// checkpoint that one of them waits for; then checkpoints are taken twice as often, four times at most.
func (s *simulator) pilot(cell *Cell, sub *subject, seed uint64) (*addresses, []linearizability.Strike, error) {
	for again := 0; ; again++ {
		ch, calm := sim.Random(seed), &addresses{}
		if _, _, err := s.draw(ch); err != nil {
			return nil, nil, err
		}
		res, err := s.once(*cell, sub, ch, cell.Faults, calm, nil)
		if err != nil {
			return nil, nil, err
		}
		missed := slices.ContainsFunc(res.strikes, func(x linearizability.Strike) bool { return x.Must && x.Struck == 0 })
		if !missed || again == 4 || s.opts.Fixed {
			return calm, res.strikes, nil
		}
		cell.Interval /= 2
	}
}

type simResult struct {
	trace   uint64
	steps   int
	now     int64
	err     error
	strikes []linearizability.Strike
	mutant  int64
}

// once runs a cell once. Without faults and storage of its own it is a pilot.
func (s *simulator) once(cell Cell, sub *subject, ch *sim.Choices, specs []faults.Spec, obs engine.Observer, store backends.Blobs) (*simResult, error) {
	if store == nil {
		store = blobs.NewMemory()
	}
	inj, err := faults.New(specs, faults.Options{PartRecords: sub.parts, Chance: func(n int) int { return ch.Pick(sim.Plan, n) }})
	if err != nil {
		return nil, err
	}
	planted := &engine.Planted{Name: s.opts.Mutant}
	b := s.backend
	if s.opts.Wrap != nil {
		b = s.opts.Wrap(b, func() { planted.Hits.Add(1) })
	}
	spec := cell.spec(stores(b, s.dir, &cell))
	spec.Cuts, spec.Volatile = inj.Cuts, sub.job.Volatile
	if s.opts.Mutant != "" {
		spec.Planted = planted
	}
	job := func(epoch int64) (*engine.Graph, error) { return sub.job.Build(spec, epoch) }
	o := sim.Options{Job: job, Blobs: store, Restart: cell.Restart, Inject: inj, Observe: obs, Planted: spec.Planted, Capacity: 2}
	if !s.opts.Fixed {
		o.Chaos = sim.Chaos{Slow: true, Fail: true, Ambiguous: true, Late: true}
	}
	if s.opts.Muffle {
		would, err := faults.New(specs, faults.Options{PartRecords: sub.parts})
		if err != nil {
			return nil, err
		}
		o.Inject = muffled{inj, would, planted}
	}
	r := sim.Run(o, ch)
	return &simResult{trace: r.Trace, steps: r.Steps, now: r.Now, err: r.Err, strikes: strikes(inj), mutant: planted.Hits.Load()}, nil
}

// strikes are the plan's faults, struck or not.
func strikes(inj *faults.Injector) (all []linearizability.Strike) {
	for i, s := range inj.Struck() {
		all = append(all, linearizability.Strike{Fault: i, Text: s.Text, Struck: s.Times, Call: s.Ticket, At: s.At, Must: !s.Spec.Maybe})
	}
	return all
}

// muffled is a planted bug: a fault that silently never strikes. would is what it should have done, for counting.
type muffled struct {
	*faults.Injector
	would   *faults.Injector
	planted *engine.Planted
}

func (m muffled) Noted(at *engine.Moment, n engine.Note) (engine.Strike, bool) {
	if _, ok := m.would.Noted(at, n); ok {
		m.planted.Hits.Add(1)
	}
	return engine.Strike{}, false
}
func (m muffled) Op(*engine.Moment, *engine.Op) engine.Fate { return engine.Fate{} }
func (m muffled) Alarm() int64                              { return 0 }
func (m muffled) Tick(int64) (engine.Strike, bool)          { return engine.Strike{}, false }

// addresses gathers the points that a run passes, each a place for a fault to strike.
type addresses struct{ all []address }

type address struct {
	point    engine.Point
	ckpt     int64
	role     engine.Role
	nth      int
	at, call int64 // when the run passes it, and the ticket before that step
}

func (a *addresses) Observe(m *engine.Moment) {
	for _, n := range m.Notes {
		if n.Point == engine.AtInputRecords || m.Role.Kind == engine.SupervisorRole {
			continue
		}
		at := address{point: n.Point, ckpt: n.Ckpt, role: m.Role, nth: 1, at: m.At, call: m.From}
		for i := range a.all {
			if b := &a.all[i]; b.point == at.point && b.ckpt == at.ckpt && b.role == at.role {
				at.nth++
			}
		}
		a.all = append(a.all, at)
	}
}

// overtaken are the faults of the plan before a drawn one. Up to the drawn one the run is the pilot's, so what struck there strikes here;
// what struck behind it may find its address gone. What did not strike in the pilot is demanded as ever.
func overtaken(plan []faults.Spec, pilot []linearizability.Strike, drawn *address) []faults.Spec {
	plan = slices.Clone(plan)
	for i := range plan {
		s := &pilot[i]
		before := drawn == nil || s.At < drawn.at || s.At == drawn.at && s.Call <= drawn.call
		plan[i].Maybe = plan[i].Maybe || s.Struck > 0 && !before
	}
	return plan
}

// draw makes up to max faults, and tells the place of the one whose point comes first in the pilot. That one strikes for sure, for up to there
// the run is the pilot's; the others may find their address gone.
func (a *addresses) draw(ch *sim.Choices, max int) (specs []faults.Spec, where *address) {
	if len(a.all) == 0 {
		return nil, nil
	}
	first, must := len(a.all), 0
	for i := range 1 + ch.Pick(sim.Plan, max) {
		places := len(a.all)
		if i == 0 { // one that is not too late: a job that is over before its crash is detected recovers from nothing
			places -= places / 16
		}
		at, do, how := ch.Pick(sim.Plan, places), ch.Pick(sim.Plan, 5), ch.Pick(sim.Plan, 4)
		f := a.kill(at)
		f.Lost, f.Delay = ch.Pick(sim.Plan, 2) == 1, []int64{20, 1, 200, 1000}[ch.Pick(sim.Plan, 4)]
		put := []faults.Spec{f}
		switch do {
		case 1:
			put[0].Target, put[0].Occurrence = "all", 1
		case 2:
			put[0].Do, put[0].Target, put[0].Occurrence, put[0].Lost = "zombie", "", 1, false
		case 3, 4:
			put, at = a.storage(at, how)
			if put[0].Outcome == "torn" { // alone: with no checkpoint completed before, nothing would be left to restore
				put[0].Maybe = false
				return put, &a.all[at]
			}
		}
		if do == 1 || do == 2 {
			at = a.earliest(at)
		}
		// At one place the first of two kills strikes, and a kill before what becomes of the operation that begins there.
		if at < first || at == first && do < 3 && specs[must].Do == "fail" {
			first, must = at, len(specs)
		}
		specs = append(specs, put...)
	}
	specs[must].Maybe = false
	if again, ok := during(ch); ok {
		specs = append(specs, again)
	}
	return specs, &a.all[first]
}

// during is a second fault that strikes while the job recovers from another, where no calm run ever comes by; mostly there is none.
func during(ch *sim.Choices) (faults.Spec, bool) {
	points := []engine.Point{engine.AtDownloading, engine.AtFetched, engine.AtRestored, engine.AtVerified, engine.AtRunning, engine.AtRestarting}
	f := faults.Spec{Do: "kill", At: points[ch.Pick(sim.Plan, len(points))], Occurrence: 1 + ch.Pick(sim.Plan, 4), Delay: 20, Maybe: true}
	switch ch.Pick(sim.Plan, 8) {
	case 1:
		f.Lost = f.At != engine.AtRestarting
	case 2:
		f.Target = "all"
	case 3:
		f.Do = "zombie"
	default:
		return f, false
	}
	return f, true
}

func (a *addresses) kill(at int) faults.Spec {
	x := a.all[at]
	return faults.Spec{Do: "kill", At: x.point, Checkpoint: x.ckpt, Occurrence: x.nth, Target: x.role.String(), Delay: 20, Maybe: true}
}

// earliest is the first of all machines to pass the point of an address.
func (a *addresses) earliest(at int) int {
	for i := range a.all {
		if a.all[i].point == a.all[at].point && a.all[i].ckpt == a.all[at].ckpt {
			return i
		}
	}
	return at
}

// storage makes the put of a manifest go wrong, and kills the coordinator where it would look what became of it: what a storage that broke
// its word leaves can only be seen by the next attempt. Where no manifest follows the place, it kills there.
func (a *addresses) storage(near, how int) ([]faults.Spec, int) {
	completed := false
	for i, at := range a.all {
		if at.point == engine.AtManifest && completed && i >= near {
			f := faults.Spec{Do: "fail", At: at.point, Checkpoint: at.ckpt, Occurrence: at.nth, Target: at.role.String(),
				Outcome: []string{"applied", "torn", "late", "failed"}[how], Maybe: true}
			return []faults.Spec{f, {Do: "kill", At: at.point, Checkpoint: at.ckpt, Occurrence: 2, Target: "all", Delay: 20, Maybe: true}}, i
		}
		completed = completed || at.point == engine.AtCompleted
	}
	return []faults.Spec{a.kill(near)}, near
}
