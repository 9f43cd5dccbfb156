package workloads

import (
	"encoding/binary"
	"fmt"
	"maps"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine"
)

// MapProfile is the job of maps: every key has a profile of some fields, of which a record puts, gets or removes one, or goes through all, and
// may remove some of them as it passes.
func MapProfile() Workload {
	params := append(append(keyParams("10k", "1M"), sizeParams("value", "16", "a field")...),
		amount("fields", "20", "how many fields a profile may have", 1, 1_000_000),
		share("gets", "0.4", "this share of the records gets a field"),
		share("removes", "0.1", "this share of the records removes a field"),
		share("scans", "0.05", "this share of the records goes through all fields"),
		share("prunes", "0", "this share of the records goes through all fields and removes about half of them; the others put one"),
		amount("loaded", "0", "the first records come each with another key and put so many of its fields at once; who puts one later puts the next, until there are all. 0: nothing is loaded", 0, 1_000_000),
	)
	return drawn("map-profile", "a map for each key: fields put, got, removed and gone through", params, func(v *values, d Draws, o Options) (*Job, error) {
		j := &mapJob{countJob{draws: d, size: chainWidth, timed: true, groups: o.Groups}, v.sizing("value"), uint64(v.amount("fields")),
			[4]float64{v.share("gets"), v.share("removes"), v.share("scans"), v.share("prunes")}, uint64(v.amount("loaded"))}
		if j.draws.Fill = j.loaded > 0 && d.Law != fileLaw; j.loaded > j.fields {
			return nil, misfit(fmt.Errorf("loaded %d of %d fields; want at most all", j.loaded, j.fields), "loaded", "fields")
		}
		if err := v.checkShares("gets", "removes", "scans", "prunes"); err != nil {
			return nil, err
		}
		return j.job(), nil
	})
}

type mapJob struct {
	countJob
	sizing
	fields uint64
	shares [4]float64
	loaded uint64 // fields that the first record of a key puts; 0: none does
}

// What a record does to its profile.
const (
	getsField = iota
	removesField
	scansFields
	prunesFields
	putsField
	loadsFields
)

// does is what a key's nth record does, and to which field of a profile that has so many.
func (j *mapJob) does(key, n, has uint64) (what int, field uint64) {
	if n == 1 && j.loaded > 0 {
		return loadsFields, 0
	}
	if what, field = j.draw(key, n); what == putsField && j.loaded > 0 && has < j.fields {
		field = has
	}
	return what, field
}

func (j *mapJob) draw(key, n uint64) (what int, field uint64) {
	u := mix(key<<32 ^ n ^ 0x3A9)
	at, sum := unit(u), 0.0
	for i, share := range j.shares {
		if sum += share; at < sum {
			return i, below(mix(u+1), j.fields)
		}
	}
	return putsField, below(mix(u+1), j.fields)
}

// The states of the job.
const (
	profileState = "profile"
	sumState     = "sum"
)

func (j *mapJob) job() *Job {
	in := j.input()
	job := rowJob(&j.countJob, in, func() engine.Operator[uint64, backends.Void, Row] {
		return &mapOp{counting: counting{job: &j.countJob}, maps: j}
	})
	job.Fold, job.Aside = func() Fold { return newMapFold(j, in) }, append(job.Aside, sumState)
	return job
}

// mapOp keeps beside the profile how many fields it has and a sum over them, so that it knows what it must find.
type mapOp struct {
	engine.Untimed[uint64, Row]
	counting
	maps    *mapJob
	profile tables.Map[backends.Void, uint64, Padded]
	before  tables.Map[backends.Void, uint64, Padded] // the same profile, asked what the sum must be without
	sum     tables.Value[backends.Void, Chain]
}

func (o *mapOp) Open(s *tables.Scope[uint64]) (err error) {
	if err = o.open(s); err != nil {
		return err
	}
	if o.profile, err = tables.OpenMap(s, profileState, tables.None{}, tables.Uint64{}, o.maps.codec()); err == nil {
		o.before = tables.Aside(o.profile)
		o.sum, err = tables.OpenValue(s, sumState, tables.None{}, chains{})
	}
	return err
}

// with and without are a number of fields and their sum with one more, or one less.
func (c Chain) with(field uint64, v Chain) Chain    { return Chain{c.N + 1, c.H + mix(field^mix(v.H))} }
func (c Chain) without(field uint64, v Chain) Chain { return Chain{c.N - 1, c.H - mix(field^mix(v.H))} }

func (o *mapOp) Process(_ backends.Void, id engine.ID, _ int64, out *engine.Out[uint64, Row]) {
	row := Row{id, o.count(id)}
	if !o.act(row.Chain) { // a row that nobody expects
		row.H = ^row.H
	}
	out.Emit(row)
}

// act does what a record does, and tells whether it found what it must.
func (o *mapOp) act(c Chain) bool {
	none := backends.Void{}
	sum, _ := o.sum.Get(none)
	what, field := o.maps.does(o.keys.Cur().K, c.N, sum.N)
	switch what {
	case getsField:
		v, ok := o.profile.Get(none, field)
		return !ok || v.N < c.N && sum.N > 0
	case scansFields:
		var all Chain
		o.profile.Each(none, func(u uint64, v Padded) bool { all = all.with(u, v.Chain); return true })
		return all == sum
	case prunesFields:
		return o.prune(sum)
	case loadsFields:
		for u := range o.maps.loaded {
			o.profile.Set(none, u, o.maps.write(Padded{}, o.keys.Cur().K, c))
			sum = sum.with(u, c)
		}
		o.keep(sum)
		return sum.N == o.maps.loaded
	}
	old, was := o.before.Get(none, field)
	if was {
		sum = sum.without(field, old.Chain)
	}
	if what == removesField {
		o.profile.Remove(none, field)
	} else {
		o.profile.Set(none, field, o.maps.write(old, o.keys.Cur().K, c))
		sum = sum.with(field, c)
	}
	o.keep(sum)
	return true
}

// keep stores the sum of a profile; that of an empty one is none.
func (o *mapOp) keep(sum Chain) {
	if sum.N == 0 {
		o.sum.Clear(backends.Void{})
	} else {
		o.sum.Set(backends.Void{}, sum)
	}
}

// pruned tells whether a field goes when a record prunes.
func pruned(v Chain) bool { return v.N%2 == 1 }

// prune goes through all fields and removes some as it passes. It tells whether it found what it must.
func (o *mapOp) prune(sum Chain) bool {
	var all, left Chain
	o.profile.Each(backends.Void{}, func(u uint64, v Padded) bool {
		if all = all.with(u, v.Chain); pruned(v.Chain) {
			o.profile.Remove(backends.Void{}, u)
		} else {
			left = left.with(u, v.Chain)
		}
		return true
	})
	o.keep(left)
	return all == sum
}

func (o *mapOp) Cursors(dst []engine.Cursor) []engine.Cursor { return o.cursors(dst) }

// mapFold knows the fields of every profile.
type mapFold struct {
	*countFold
	job      *mapJob
	profiles []map[uint64]Chain
}

func newMapFold(j *mapJob, in *Input) *mapFold {
	return &mapFold{newCountFold(&j.countJob, in), j, make([]map[uint64]Chain, len(in.Keys))}
}

func (f *mapFold) To(offsets, marks []int64) {
	if isBack(f.at, offsets) {
		*f = *newMapFold(f.job, f.in)
	}
	eachFrom(f.at, offsets, f.see)
	f.countFold.To(offsets, marks)
}

func (f *mapFold) see(p int, off int64) {
	x := &f.in.Parts[p]
	k, c := x.Key[off], Chain{uint64(x.N[off]), x.H[off]}
	switch what, field := f.job.does(uint64(k), c.N, uint64(len(f.profiles[k]))); what {
	case loadsFields:
		f.profiles[k] = map[uint64]Chain{}
		for u := range f.job.loaded {
			f.profiles[k][u] = c
		}
	case removesField:
		delete(f.profiles[k], field)
	case prunesFields:
		maps.DeleteFunc(f.profiles[k], func(_ uint64, v Chain) bool { return pruned(v) })
	case putsField:
		if f.profiles[k] == nil {
			f.profiles[k] = map[uint64]Chain{}
		}
		f.profiles[k][field] = c
	}
}

func (f *mapFold) Each(yield func(*backends.Entry)) {
	e := &f.entry
	for k, c := range f.heads {
		if c.N == 0 {
			continue
		}
		e.Group = int(f.in.Group[k])
		e.Key = binary.BigEndian.AppendUint64(e.Key[:0], uint64(k))
		e.State, e.Value = seenState, chains{}.Append(e.Value[:0], c)
		yield(e)
		var sum Chain
		for field, v := range f.profiles[k] { // in any order: a fold has none
			sum = sum.with(field, v)
			e.Key = binary.BigEndian.AppendUint64(e.Key[:8], field)
			e.State, e.Value = profileState, f.job.append(e.Value[:0], uint64(k), v)
			yield(e)
		}
		if e.Key = e.Key[:8]; sum.N > 0 {
			e.State, e.Value = sumState, chains{}.Append(e.Value[:0], sum)
			yield(e)
		}
	}
}
