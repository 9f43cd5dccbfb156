package backendtest

import (
	"encoding/binary"
	"math"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
)

// The tables that lie under states with a TTL.
type (
	stampedText  = tables.Stamped[string]
	stampedWord  = tables.Stamped[uint64]
	mortalValue  = tables.Value[uint64, stampedWord]
	mortalShared = tables.Value[void, tables.Stamped[[]uint64]]
	mortalList   = tables.List[void, stampedText]
	mortalSets   = tables.Map[void, string, stampedWord]
)

// ttlMutants break what ttlClauses promise.
func ttlMutants() []Mutant {
	onValue := func(change func(mortalValue) mortalValue) func(backends.Backend) backends.Backend {
		return onTable("ttl-value", change)
	}
	return []Mutant{
		{"a life ends one microsecond late", "ttl-ends-at-the-microsecond", onValue(func(t mortalValue) mortalValue { return otherTime{t, plus(1)} })},
		{"a life ends one microsecond early", "ttl-ends-at-the-microsecond", onValue(func(t mortalValue) mortalValue { return otherTime{t, plus(-1)} })},
		{"what is over is shown", "ttl-ends-at-the-microsecond", onValue(func(t mortalValue) mortalValue { return otherTime{t, plus(1 << 40)} })},
		{"a list has the time of what was added last", "ttl-of-each", onTable("ttl-list", func(t mortalList) mortalList { return oneTime{t} })},
		{"a map has the time of what was written last", "ttl-of-each", onTable("ttl-sets", func(t mortalSets) mortalSets { return oneTimeMap{t} })},
		{"a value keeps the time of its creation", "ttl-writing-renews", onValue(func(t mortalValue) mortalValue { return firstTime{t} })},
		{"reading renews though it should not", "ttl-reading-does-not-renew", onValue(func(t mortalValue) mortalValue { return &renewed{mortalValue: t} })},
		{"a value that is the same is not written again", "ttl-reading-renews", onValue(func(t mortalValue) mortalValue { return sameValue{t} })},
		{"a reader does not delete", "ttl-reader-deletes", onValue(func(t mortalValue) mortalValue { return undeleted{t} })},
		{"a list keeps what was over when it was read", "ttl-reader-deletes", onTable("ttl-list", func(t mortalList) mortalList { return unshortened{t} })},
		{"times are lost at restore", "ttl-survives-restore", onRestore(restoredAnew)},
		{"the time is behind the value", "ttl-entries-are-alike", onSnapshot(timeBehind)},
		{"the end of a life wraps around", "ttl-at-the-ends-of-time", onValue(func(t mortalValue) mortalValue { return otherTime{t, wraps} })},
		{"the filter of a snapshot is never told the time", "ttl-full-snapshot", onDesc(timeless)},
		{"a full snapshot is filtered by the time of its reading", "ttl-full-snapshot", onSnapshot(filteredLate)},
		{"cleaning up takes what lives", "ttl-cleanup-spares-the-living", onTable("ttl-shared", func(t mortalShared) mortalShared { return &greedy{mortalShared: t} })},
		{"cleaning up takes its own measure", "ttl-cleanup-is-so-much", onDesc(unmeasured)},
		{"a filter that is never configured (FLINK-40354)", "ttl-unread-goes", onDesc(unconfigured)},
		{"a delete is lost for some values", "ttl-random-program", onValue(func(t mortalValue) mortalValue { return &someLost{mortalValue: t} })},
	}
}

// otherTime shows values with another time than they have.
type otherTime struct {
	mortalValue
	of func(at int64) int64
}

func plus(d int64) func(int64) int64 { return func(at int64) int64 { return at + d } }

func wraps(at int64) int64 {
	if at > math.MaxInt64-life {
		return math.MinInt64
	}
	return at
}

func (t otherTime) Get(ns uint64) (stampedWord, bool) {
	v, ok := t.mortalValue.Get(ns)
	v.At = t.of(v.At)
	return v, ok
}

type oneTime struct{ mortalList }

func (t oneTime) Add(n void, v stampedText) {
	var all []stampedText
	t.mortalList.Each(n, func(old stampedText) bool { all = append(all, stampedText{At: v.At, V: old.V}); return true })
	t.mortalList.Set(n, append(all, v))
}

type oneTimeMap struct{ mortalSets }

func (t oneTimeMap) Set(n void, u string, v stampedWord) {
	t.mortalSets.Each(n, func(u string, old stampedWord) bool {
		t.mortalSets.Set(n, u, stampedWord{At: v.At, V: old.V})
		return true
	})
	t.mortalSets.Set(n, u, v)
}

type firstTime struct{ mortalValue }

func (t firstTime) Set(ns uint64, v stampedWord) {
	if old, ok := t.mortalValue.Get(ns); ok {
		v.At = old.At
	}
	t.mortalValue.Set(ns, v)
}

// renewed adds half a life at every read.
type renewed struct{ mortalValue }

func (t *renewed) Get(ns uint64) (stampedWord, bool) {
	v, ok := t.mortalValue.Get(ns)
	if ok {
		t.mortalValue.Set(ns, stampedWord{At: v.At + life/2, V: v.V})
	}
	return v, ok
}

type sameValue struct{ mortalValue }

func (t sameValue) Set(ns uint64, v stampedWord) {
	if old, ok := t.mortalValue.Get(ns); !ok || old.V != v.V {
		t.mortalValue.Set(ns, v)
	}
}

type undeleted struct{ mortalValue }

func (undeleted) Clear(uint64) {}

type unshortened struct{ mortalList }

func (t unshortened) Set(n void, vs []stampedText) {
	if len(vs) > 0 {
		t.mortalList.Set(n, vs)
	}
}

// restoredAnew begins all lives again.
func restoredAnew(s *mutant, e *backends.Entry) error {
	own := *e
	own.Value = binary.BigEndian.AppendUint64(nil, 600)
	own.Value = append(own.Value, e.Value[min(8, len(e.Value)):]...)
	if e.State != "ttl-value" {
		own.Value = e.Value
	}
	return s.Store.Restore(&own)
}

func timeBehind(s *mutantSnapshot, group int, yield walk) error {
	return s.Snapshot.Each(group, func(e *backends.Entry) error {
		own := *e
		if e.State == "ttl-value" {
			own.Value = append(append([]byte(nil), e.Value[8:]...), e.Value[:8]...)
		}
		return yield(&own)
	})
}

// filteredLate leaves out what had expired two lives later.
func filteredLate(s *mutantSnapshot, group int, yield walk) error {
	x := backends.Expiry{LifeUs: life}
	return s.Snapshot.Each(group, func(e *backends.Entry) error {
		if _, ok := x.Alive(e.Value, 3*life); e.State == "ttl-sets" && !ok {
			return nil
		}
		return yield(e)
	})
}

// greedy deletes what a key has now and then.
type greedy struct {
	mortalShared
	n int
}

func (t *greedy) Set(n void, v tables.Stamped[[]uint64]) {
	t.mortalShared.Set(n, v)
	if t.n++; t.n%60 == 0 {
		t.mortalShared.Clear(n)
	}
}

type someLost struct {
	mortalValue
	n int
}

func (t *someLost) Clear(ns uint64) {
	if t.n++; t.n%50 != 0 {
		t.mortalValue.Clear(ns)
	}
}

func onDesc(change func(backends.Desc) backends.Desc) func(backends.Backend) backends.Backend {
	return onStore(func(s *mutant) { s.desc = change })
}

// unconfigured hides from a store that the values of a state expire, and from the table that a batch ended.
func unconfigured(d backends.Desc) backends.Desc {
	if d.Name() == "ttl-value" {
		return plainDesc{d}
	}
	return d
}

type plainDesc struct{ backends.Desc }

func (d plainDesc) Live(g backends.Groups) backends.LiveTable {
	t := d.Desc.Live(g)
	return plainLive{t.(mortalValue), t}
}

func (d plainDesc) Coded(h backends.CodedHost, p []byte, g backends.Groups) backends.CodedTable {
	t := d.Desc.Coded(h, p, g)
	return plainCoded{t.(mortalValue), t}
}

type plainLive struct {
	mortalValue
	backends.LiveTable
}

func (plainLive) End() {}

type plainCoded struct {
	mortalValue
	backends.CodedTable
}

// onMortals puts something before tables with a TTL.
type onMortals struct {
	backends.Desc
	live  func(liveMortal) backends.LiveTable
	coded func(codedMortal) backends.CodedTable
}

func (d onMortals) Live(g backends.Groups) backends.LiveTable {
	if t, ok := d.Desc.Live(g).(liveMortal); ok {
		return d.live(t)
	}
	return d.Desc.Live(g)
}

func (d onMortals) Coded(h backends.CodedHost, p []byte, g backends.Groups) backends.CodedTable {
	if t, ok := d.Desc.Coded(h, p, g).(codedMortal); ok {
		return d.coded(t)
	}
	return d.Desc.Coded(h, p, g)
}

type liveMortal interface {
	backends.LiveTable
	mortalValue
}

type codedMortal interface {
	backends.Expiring
	mortalValue
}

// unmeasured lets records count twice where they count, and a scan look at one entry for each access, whatever it is told.
func unmeasured(d backends.Desc) backends.Desc {
	return onMortals{d, func(t liveMortal) backends.LiveTable { return unmeasuredLive{t} },
		func(t codedMortal) backends.CodedTable { return unmeasuredCoded{t} }}
}

type unmeasuredLive struct{ liveMortal }

func (t unmeasuredLive) End() { t.liveMortal.End(); t.liveMortal.End() }

type unmeasuredCoded struct{ codedMortal }

func (t unmeasuredCoded) Expiry() backends.Expiry {
	e := t.codedMortal.Expiry()
	e.Scan = min(e.Scan, 1)
	return e
}

// timeless keeps from a table that a batch began. What else its Begin does, End has done.
func timeless(d backends.Desc) backends.Desc {
	return onMortals{d, func(t liveMortal) backends.LiveTable { return timelessLive{t} },
		func(t codedMortal) backends.CodedTable { return timelessCoded{t} }}
}

type timelessLive struct{ liveMortal }

func (timelessLive) Begin() {}

type timelessCoded struct{ codedMortal }

func (timelessCoded) Begin() {}
