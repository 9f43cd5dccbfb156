package scripts

import "math/rand/v2"

// Draw makes a script of so many lines, which depend on the seed and nothing else.
func Draw(seed uint64, lines int) Script {
	r := rand.New(rand.NewPCG(seed, 7))
	d := &drawing{Rand: r, states: states(), keys: []uint64{1, 3, 8, 30}[r.IntN(4)]}
	d.Options = Options{Text: d.oneIn(2), Renew: d.oneIn(2), Show: d.oneIn(3), Full: d.oneIn(3)}
	d.Options.Signed = !d.Options.Text && d.oneIn(2)
	d.Options.Background = !d.Options.Show && !d.oneIn(3) // what is shown until it is cleaned up has a test of its own
	d.Options.Groups = d.groups()
	if !d.oneIn(3) {
		r.Shuffle(len(d.states), func(i, j int) { d.states[i], d.states[j] = d.states[j], d.states[i] })
		d.states = d.states[:1+r.IntN(6)] // few states, and each of them is met often
	}
	for len(d.Lines) < lines {
		if d.oneIn(12) {
			d.Lines = append(d.Lines, d.between())
		} else {
			d.Lines = append(d.Lines, d.access())
		}
	}
	return d.Script
}

type drawing struct {
	Script
	*rand.Rand
	states     []spec
	keys       uint64
	registered []Line // timers, so that some of those which are deleted are there
}

func (d *drawing) oneIn(n int) bool { return d.IntN(n) == 0 }

func (d *drawing) between() Line {
	line := func(verb string, args ...uint64) Line { return Line{Verb: verb, Args: args} }
	name := d.Uint64N(2)
	switch n := d.IntN(100); {
	case n < 14:
		return line("snapshot", name)
	case n < 24:
		return line("read", name)
	case n < 26:
		return line("close", name)
	case n < 30:
		return line("restore", name, d.tasks(), d.Uint64N(12))
	case n < 60:
		switch d.timerState() {
		case "timers":
			return line("timers", d.until(), 1+d.Uint64N(200), d.again())
		case "processing":
			return line("processing", d.time()/2, 1+d.Uint64N(200), d.again())
		}
	}
	return line("batch", []uint64{0, 1, 20, 250, 500, 999, 1000}[d.IntN(7)])
}

// timerState is the name of one, of those that are drawn; "" where none is.
func (d *drawing) timerState() string {
	names := []string{}
	for _, s := range d.states {
		if s.kind == aTimer {
			names = append(names, s.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return names[d.IntN(len(names))]
}

// until is a time, often the one before that of a timer.
func (d *drawing) until() uint64 {
	if last := len(d.registered); last > 0 && d.oneIn(3) {
		return max(1, d.registered[last-1-d.IntN(min(last, 10))].Args[0]) - 1
	}
	return d.time()
}

// groups are most often the plainest number of them. That there are more than one byte counts is rare: each is read by itself, of all states.
func (d *drawing) groups() int {
	switch n := d.IntN(30); {
	case n < 3:
		return 1
	case n < 6:
		return 20
	case n == 6:
		return 500
	}
	return 0
}

// tasks are few, but for some: up to one for every key group, and then there are some without any key. More than eight take long and show no more.
func (d *drawing) tasks() uint64 {
	groups := uint64(d.Options.groups())
	if d.oneIn(5) {
		return 1 + d.Uint64N(min(groups, 8))
	}
	return 1 + d.Uint64N(min(groups, 3))
}

func (d *drawing) again() uint64 {
	if d.oneIn(2) {
		return 0
	}
	return 50 + d.Uint64N(400)
}

// access is one of any state, most often of few keys.
func (d *drawing) access() Line {
	s := d.states[d.IntN(len(d.states))]
	l := Line{Key: min(d.Uint64N(d.keys), d.Uint64N(d.keys)), State: s.name}
	if n := len(d.Lines); n > 0 && d.Lines[n-1].State != "" && d.oneIn(3) {
		l.Key, l.More = d.Lines[n-1].Key, d.oneIn(2)
		if last := d.Lines[n-1].State; !d.oneIn(3) {
			for _, same := range d.states {
				if same.name == last {
					s, l.State = same, last
				}
			}
		}
	}
	if s.ns != none {
		l.NS = d.Uint64N(3)
		if d.oneIn(20) {
			l.NS = d.small()
		}
	}
	return d.verb(s, l)
}

// small is a number that is small, but for some.
func (d *drawing) small() uint64 {
	switch d.IntN(40) {
	case 0:
		return 1000 + d.Uint64N(4000)
	case 1, 2, 3:
		return d.Uint64N(200)
	}
	return d.Uint64N(1 + d.Uint64N(10))
}

func (d *drawing) verb(s spec, l Line) Line {
	does := func(verb string, args ...uint64) Line { l.Verb, l.Args = verb, args; return l }
	n := d.IntN(100)
	if s.kind != aTimer && n < 8 {
		return does("clear")
	}
	switch s.kind {
	case aValue:
		switch {
		case n < 45:
			return does("get")
		case n < 70 && s.of == words:
			return does("push", d.small())
		case n > 85:
			return does("update", d.small(), d.Uint64N(11))
		}
		return does("set", d.small())
	case aFold:
		if n < 40 {
			return does("get")
		}
		return does("add", d.small())
	case aList:
		return d.listVerb(s, n, does)
	case aMap:
		return d.mapVerb(s, n, does)
	}
	return d.timerVerb(n, l)
}

func (d *drawing) listVerb(s spec, n int, does func(string, ...uint64) Line) Line {
	switch {
	case n < 35:
		if s.mortal { // of which what was not looked at would keep another age
			return does("each", 0)
		}
		return does("each", d.Uint64N(3))
	case n < 75:
		return does("add", d.small())
	case n < 90:
		return does("addall", d.small(), d.Uint64N(5))
	}
	return does("set", d.small(), d.Uint64N(4))
}

func (d *drawing) mapVerb(s spec, n int, does func(string, ...uint64) Line) Line {
	switch {
	case n < 25:
		return does("get", d.small())
	case n < 45:
		return does("set", d.small(), d.small())
	case n < 50:
		return does("fill", d.Uint64N(10), d.small(), 1+d.Uint64N(60))
	case n < 52:
		return does("fill", d.Uint64N(10), d.Uint64N(10), 250+d.Uint64N(300)) // over the border of a block
	case n < 62:
		return does("remove", d.small())
	case n < 66:
		return does("drop", d.Uint64N(10), d.Uint64N(60))
	}
	mode := d.Uint64N(5)
	if mode == 3 && s.mortal { // as with lists
		mode = 0
	}
	return does("each", mode, d.small())
}

func (d *drawing) timerVerb(n int, l Line) Line {
	switch {
	case n < 60:
		l.Verb, l.Args = "register", []uint64{d.time()}
		d.registered = append(d.registered, l)
	case n < 90:
		l.Verb, l.Args = "delete", []uint64{d.time()}
		if last := len(d.registered); last > 0 && d.oneIn(2) { // one that is there, unless it has fired
			old := d.registered[last-1-d.IntN(min(last, 10))]
			l.State, l.Key, l.NS, l.Args, l.More = old.State, old.Key, old.NS, old.Args, false
		}
	default:
		l.Verb, l.Args = "burst", []uint64{d.time(), d.Uint64N(20), 1 + d.Uint64N(300)}
	}
	return l
}

// time is one of few, so that what is registered is deleted, too.
func (d *drawing) time() uint64 { return 100*d.Uint64N(12) + d.Uint64N(2) }
