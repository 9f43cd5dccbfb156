package scripts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// life is that of whatever has a TTL, in microseconds.
const life = 1000

// A model is the state of all keys in plain Go, whichever task has them.
type model struct {
	options Options
	now     int64
	cells   map[address]*cellModel
	timers  map[string]map[timer]bool // by state
	specs   map[string]spec
}

type address struct {
	state   string
	key, ns uint64
}

// A cellModel is what is under one address: a value, a list, or a map.
type cellModel struct {
	of    []aged // a value is one, a list any
	pairs map[uint64]aged
}

// aged is a content and the time of its last write.
type aged struct {
	at int64
	v  []uint64
}

type timer struct {
	at      int64
	key, ns uint64
}

func newModel(o Options) *model {
	m := &model{options: o, cells: map[address]*cellModel{}, timers: map[string]map[timer]bool{"timers": {}, "processing": {}}, specs: map[string]spec{}}
	for _, s := range states() {
		m.specs[s.name] = s
	}
	return m
}

// clone is a model of its own, and of a snapshot that is taken now what it leaves out is left out.
func (m *model) clone() *model {
	c := newModel(m.options)
	c.now = m.now
	for a, old := range m.cells { // in any order: it is a copy
		cell := &cellModel{of: slices.Clone(old.of), pairs: maps.Clone(old.pairs)}
		if m.options.Full && m.specs[a.state].mortal {
			cell.of = slices.DeleteFunc(cell.of, func(x aged) bool { return m.over(x) })
			maps.DeleteFunc(cell.pairs, func(_ uint64, x aged) bool { return m.over(x) })
		}
		c.cells[a] = cell
	}
	for state, set := range m.timers { // in any order: these are copied, too
		c.timers[state] = maps.Clone(set)
	}
	return c
}

func (m *model) over(x aged) bool { return x.at+life <= m.now }

// do does an access and returns what it shows.
func (m *model) do(l Line) string {
	s, a := m.specs[l.State], address{l.State, l.Key, l.NS}
	if s.kind == aTimer {
		m.doTimer(l)
		return ""
	}
	if l.Verb == "clear" {
		delete(m.cells, a)
		return ""
	}
	cell := m.cell(a)
	switch s.kind {
	case aList:
		return m.doList(s, cell, l)
	case aMap:
		return m.doMap(s, cell, l)
	}
	if l.Verb == "update" {
		return m.update(s, l)
	}
	return m.doValue(s, cell, l)
}

// update is to get and to set what some namespaces hold, one after the other.
func (m *model) update(s spec, l Line) string {
	var shows []string
	for i := range l.Args[1] + 2 {
		a := address{l.State, l.Key, l.NS + i%(l.Args[1]+1)}
		if s.ns == none {
			a.ns = 0
		}
		cell, v, content := m.cell(a), l.Args[0]+i, []uint64{}
		old, ok := m.readValue(s, cell)
		switch {
		case !ok:
			shows, content = append(shows, "nothing"), contentOf(s.of, v)
		case s.of == word:
			shows, content = append(shows, fmt.Sprint(old)), []uint64{v}
		default:
			shows = append(shows, fmt.Sprint(old))
			for _, was := range old {
				content = append(content, was+v)
			}
		}
		cell.of = []aged{{m.now, content}}
	}
	return strings.Join(shows, " ")
}

// cell is what is under an address, nothing at first.
func (m *model) cell(a address) *cellModel {
	cell := m.cells[a]
	if cell == nil {
		cell = &cellModel{pairs: map[uint64]aged{}}
		m.cells[a] = cell
	}
	return cell
}

func (m *model) doTimer(l Line) {
	t, set := timer{key: l.Key, ns: l.NS, at: int64(l.Args[0])}, m.timers[l.State]
	switch l.Verb {
	case "register":
		set[t] = true
	case "delete":
		delete(set, t)
	case "burst":
		for range l.Args[2] {
			set[t] = true
			t.at += int64(l.Args[1])
		}
	}
}

func (m *model) doValue(s spec, cell *cellModel, l Line) string {
	switch l.Verb {
	case "set":
		cell.of = []aged{{m.now, contentOf(s.of, l.Args[0])}}
	case "get":
		if v, ok := m.readValue(s, cell); ok {
			return fmt.Sprint(v)
		}
		return "nothing"
	case "push", "add":
		v, _ := m.readValue(s, cell)
		if v = slices.Clone(v); s.kind == aFold {
			v = folded(s.of, v, l.Args[0])
		} else {
			v = pushed(v, l.Args[0])
		}
		if cell.of = nil; v != nil {
			cell.of = []aged{{m.now, v}}
		}
	}
	return ""
}

// folded is what adding v leaves of a folded content: a sum, or a sum and how many there were.
func folded(of shape, content []uint64, v uint64) []uint64 {
	switch {
	case of == words && len(content) == 0:
		return []uint64{v, 1}
	case of == words:
		return []uint64{content[0] + v, content[1] + 1}
	case len(content) == 0:
		return []uint64{v}
	}
	return []uint64{content[0] + v}
}

func (m *model) readValue(s spec, cell *cellModel) ([]uint64, bool) {
	if len(cell.of) == 0 {
		return nil, false
	}
	x, shown, stays := m.read(s, cell.of[0])
	if cell.of[0] = x; !stays {
		cell.of = nil
	}
	if !shown {
		return nil, false
	}
	return x.v, true
}

// read is what reading something leaves: how old it is, whether it is shown, and whether it is there afterwards.
func (m *model) read(s spec, x aged) (_ aged, shown, stays bool) {
	switch {
	case s.mortal && m.over(x):
		return x, m.options.Show, false
	case s.mortal && m.options.Renew:
		x.at = m.now
	}
	return x, true, true
}

func (m *model) doList(s spec, cell *cellModel, l Line) string {
	switch l.Verb {
	case "add":
		cell.of = append(cell.of, aged{m.now, contentOf(s.of, l.Args[0])})
	case "addall", "set":
		if l.Verb == "set" {
			cell.of = nil
		}
		for i := range l.Args[1] {
			cell.of = append(cell.of, aged{m.now, contentOf(s.of, l.Args[0]+i)})
		}
	case "each":
		var shows []string
		var left []aged
		for _, x := range cell.of {
			x, shown, stays := m.read(s, x)
			if stays {
				left = append(left, x)
			}
			if shown && (l.Args[0] == 0 || len(shows) < int(l.Args[0])) {
				shows = append(shows, fmt.Sprint(x.v))
			}
		}
		cell.of = left
		return strings.Join(shows, " ")
	}
	return ""
}

func (m *model) doMap(s spec, cell *cellModel, l Line) string {
	u := l.Args[0]
	switch l.Verb {
	case "set":
		cell.pairs[u] = aged{m.now, contentOf(s.of, l.Args[1])}
	case "fill":
		for i := range l.Args[2] {
			cell.pairs[u+i] = aged{m.now, contentOf(s.of, l.Args[1])}
		}
	case "remove":
		delete(cell.pairs, u)
	case "drop":
		for i := range l.Args[1] {
			delete(cell.pairs, u+i)
		}
	case "get":
		return m.readPair(s, cell, u)
	case "each":
		return m.eachPair(s, cell, l)
	}
	return ""
}

func (m *model) readPair(s spec, cell *cellModel, u uint64) string {
	x, ok := cell.pairs[u]
	if !ok {
		return "nothing"
	}
	x, shown, stays := m.read(s, x)
	if cell.pairs[u] = x; !stays {
		delete(cell.pairs, u)
	}
	if !shown {
		return "nothing"
	}
	return fmt.Sprint(x.v)
}

func (m *model) eachPair(s spec, cell *cellModel, l Line) string {
	if l.Args[0] == 3 {
		return fmt.Sprint(min(1, len(cell.pairs)))
	}
	var shows []string
	for u := range maps.Clone(cell.pairs) { // in any order: what it shows is sorted, and no entry touches another
		show := m.readPair(s, cell, u)
		if show == "nothing" {
			continue
		}
		shows = append(shows, fmt.Sprint(u, "=", show))
		switch {
		case l.Args[0] == 1 && u%2 == 0:
			delete(cell.pairs, u)
		case l.Args[0] == 2 && u%2 == 0:
			cell.pairs[u] = aged{m.now, contentOf(s.of, l.Args[1])}
		}
	}
	if l.Args[0] == 4 {
		if len(shows) > 0 {
			m.disturb(s, cell, l.Args[1])
		}
		return ""
	}
	slices.Sort(shows)
	return strings.Join(shows, " ")
}

// disturb is what changes on the way leave of a map, wherever that has come to.
func (m *model) disturb(s spec, cell *cellModel, from uint64) {
	if from%2 == 1 {
		clear(cell.pairs)
	}
	for i := range uint64(disturbed) {
		delete(cell.pairs, from+i)
	}
	cell.pairs[from] = aged{m.now, contentOf(s.of, from)}
}

// fire takes timers until a time; those of an even one come again so much behind it.
func (m *model) fire(state string, until, again int64) (all []string) {
	set := m.timers[state]
	for t := range maps.Clone(set) { // in any order: what fires is sorted
		if t.at > until {
			continue
		}
		all = append(all, t.String())
		if delete(set, t); again > 0 && t.at%2 == 0 {
			t.at = until + again
			set[t] = true
		}
	}
	slices.Sort(all)
	return all
}

func (t timer) String() string { return fmt.Sprintf("%d of %d/%d", t.at, t.key, t.ns) }

func (m *model) head(state string) string {
	if len(m.timers[state]) == 0 {
		return "nothing"
	}
	head := int64(1) << 62
	for t := range m.timers[state] { // in any order: it is the least
		head = min(head, t.at)
	}
	return fmt.Sprint(head)
}
