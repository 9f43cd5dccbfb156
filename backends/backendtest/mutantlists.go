package backendtest

import (
	"slices"
	"strings"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/broken"
	"github.com/weirbench/weir/backends/tables"
)

type (
	log  = tables.List[void, string]
	logs = tables.List[uint64, []uint64]
)

// listMutants break what listClauses promise.
func listMutants() []Mutant {
	return append(walkMutants(), []Mutant{
		{"an element is put before the others", "list-holds-elements", onTable("logs", func(t logs) logs { return putsFirst{t} })},
		{"elements that are added together run together", "list-elements-are-apart", onTable("log", func(t log) log { return joins{t} })},
		{"what earlier batches added survives Set", "list-is-replaced", onTable("log", func(t log) log { return onlyAppends{t} })},
		{"a list that is set to nothing stays", "empty-list-is-gone", onTable("log", func(t log) log { return keepsEmpty{t} })},
		{"Each of a list goes on", "list-each-stops", onTable("log", func(t log) log { return listsOn{t} })},
		{"a snapshot sees what is added later", "appended-behind-a-snapshot", func(b backends.Backend) backends.Backend { return broken.LateSnapshot(b, func() {}) }},
		{"nil is ignored", "nil-is-no-element", onTable("pointers", func(t tables.List[void, *uint64]) tables.List[void, *uint64] { return ignoresNil{t} })},
		{"what is set to nil stays", "nil-clears", onTable("pointer", func(t pointer) pointer { return staysAtNil{t} })},
		{"a nil of a map is an absence", "nil-in-a-map", onTable("nils", func(t nils) nils { return removesNil{t} })},
	}...)
}

type putsFirst struct{ logs }

func (t putsFirst) Add(ns uint64, v []uint64) {
	all := [][]uint64{v}
	t.logs.Each(ns, func(v []uint64) bool { all = append(all, slices.Clone(v)); return true })
	t.logs.Set(ns, all)
}

type joins struct{ log }

func (t joins) AddAll(n void, vs []string) { t.log.Add(n, strings.Join(vs, ",")) }

type onlyAppends struct{ log }

func (t onlyAppends) Set(n void, vs []string) { t.log.AddAll(n, vs) }

type keepsEmpty struct{ log }

func (t keepsEmpty) Set(n void, vs []string) {
	if len(vs) > 0 {
		t.log.Set(n, vs)
	}
}

type listsOn struct{ log }

func (t listsOn) Each(n void, yield func(string) bool) {
	t.log.Each(n, func(v string) bool { yield(v); return true })
}

type ignoresNil struct{ tables.List[void, *uint64] }

func (t ignoresNil) Add(n void, v *uint64) {
	if v != nil {
		t.List.Add(n, v)
	}
}

type (
	pointer = tables.Value[void, *uint64]
	nils    = tables.Map[void, uint64, *uint64]
)

type staysAtNil struct{ pointer }

func (staysAtNil) Clear(void) {}

type removesNil struct{ nils }

func (t removesNil) Set(n void, u uint64, v *uint64) {
	if v == nil {
		t.nils.Remove(n, u)
		return
	}
	t.nils.Set(n, u, v)
}
