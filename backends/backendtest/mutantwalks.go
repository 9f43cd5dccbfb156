package backendtest

import "slices"

// walkMutants break what is promised of a map and of a list that yield changes.
func walkMutants() []Mutant {
	return []Mutant{
		{"Each looks where an entry was", "each-survives-any-change", onTable("sets", func(t sets) sets { return &looksBehind{sets: t} })},
		{"what is set anew is yielded for ever", "each-survives-any-change", onTable("sets", func(t sets) sets { return &anewForEver{sets: t} })},
		{"what Each has read is put back", "each-survives-any-change", onTable("sets", func(t sets) sets { return putsBack{t} })},
		{"a list is changed under its reader", "list-changes-when-read", onTable("log", func(t log) log { return readsACopy{t} })},
		{"a reader holds all lists", "list-changes-when-read", onTable("logs", func(t logs) logs { return &holdsAll{logs: t} })},
	}
}

// looksBehind panics where fewer entries are left than it has still to yield.
type looksBehind struct {
	sets
	removed int
}

func (t *looksBehind) Remove(n void, u string) {
	t.removed++
	t.sets.Remove(n, u)
}

func (t *looksBehind) Each(n void, yield func(string, uint64) bool) {
	t.sets.Each(n, func(u string, v uint64) bool {
		t.removed = 0
		more := yield(u, v)
		if t.removed > 1 {
			panic("index out of range")
		}
		return more
	})
}

// anewForEver begins again when an entry was set inside Each.
type anewForEver struct {
	sets
	set bool
}

func (t *anewForEver) Set(n void, u string, v uint64) {
	t.set = true
	t.sets.Set(n, u, v)
}

func (t *anewForEver) Each(n void, yield func(string, uint64) bool) {
	for more := true; more; {
		t.set = false
		t.sets.Each(n, func(u string, v uint64) bool {
			more = yield(u, v)
			return more
		})
		more = more && t.set
	}
}

// putsBack writes every entry that it has yielded as it was, unless that is gone.
type putsBack struct{ sets }

func (t putsBack) Each(n void, yield func(string, uint64) bool) {
	t.sets.Each(n, func(u string, v uint64) bool {
		more := yield(u, v)
		if _, ok := t.sets.Get(n, u); ok {
			t.sets.Set(n, u, v)
		}
		return more
	})
}

type readsACopy struct{ log }

func (t readsACopy) Each(n void, yield func(string) bool) {
	var all []string
	t.log.Each(n, func(v string) bool { all = append(all, v); return true })
	slices.Values(all)(yield)
}

// holdsAll refuses to change any list while one is read.
type holdsAll struct {
	logs
	reads bool
}

func (t *holdsAll) Each(ns uint64, yield func([]uint64) bool) {
	t.reads = true
	defer func() { t.reads = false }()
	t.logs.Each(ns, yield)
}

func (t *holdsAll) Add(ns uint64, v []uint64) {
	if t.reads {
		panic("another list is read")
	}
	t.logs.Add(ns, v)
}
