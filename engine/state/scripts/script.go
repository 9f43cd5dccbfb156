package scripts

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir/backends"
)

// A Script is what happens to the state of one operator, over the lives of some tasks.
type Script struct {
	Options Options
	Lines   []Line
}

// Options are what a script's states are like. The zero value is the plainest.
type Options struct {
	Text       bool // keys are text
	Signed     bool // keys are of 32 bits, with a sign; where neither is set, of 64 bits without
	Renew      bool // reading renews the life of what has a TTL
	Show       bool // what is over may be seen, which is exact only where nothing cleans up
	Full       bool // a snapshot leaves out what is over
	Background bool // what nobody reads is cleaned up
	Groups     int  // how many key groups there are in all, which is how many tasks there may be; 0: 8
}

func (o Options) groups() int { return cmp.Or(o.Groups, 8) }

// A Line is one operation. With a State it is an access of a key's: consecutive ones are one batch, each a record of its own, or one more
// access of the record before it.
type Line struct {
	Key   uint64
	More  bool // of the same record as the line before, if that is of the same key
	State string
	NS    uint64
	Verb  string
	Args  []uint64
}

// forms are the lines that are no accesses, as they are written: what comes between two batches.
var forms = []struct{ verb, text string }{
	{"batch", "batch +%d"},                                       // one ends, and the next is so many microseconds later
	{"snapshot", "snapshot %d"},                                  // take it, and call it by this number
	{"read", "read %d"},                                          // read it
	{"close", "close %d"},                                        // close it
	{"restore", "restore %d tasks %d shift %d"},                  // go on from it with so many tasks, on backends so many further
	{"timers", "fire timers until %d room %d again %d"},          // timers, popped so many at a time; one of an even time comes again so much behind the last
	{"processing", "fire processing until +%d room %d again %d"}, // the same, up to so far behind the time of the batch
}

// verbs are the accesses of every kind of state, and how many numbers follow each.
var verbs = map[kind]map[string]int{
	aValue: {"get": 0, "set": 1, "clear": 0, "push": 1, "update": 2}, // push changes one in place and sets it, update those of so many more namespaces
	aFold:  {"get": 0, "add": 1, "clear": 0},
	aList:  {"each": 1, "add": 1, "addall": 2, "set": 2, "clear": 0},                       // each of at most so many, 0 for all; from a number on, so many
	aMap:   {"get": 1, "set": 2, "fill": 3, "remove": 1, "drop": 2, "each": 2, "clear": 0}, // each: 0 looks, 1 removes those of even keys, 2 sets them, 3 stops at the first, 4 changes others
	aTimer: {"register": 1, "delete": 1, "burst": 3},                                       // burst: from a time on, by steps, so many
}

// String is the script as text, with which Parse makes it again.
func (s Script) String() string {
	var b strings.Builder
	for _, o := range s.Options.settings() {
		if *o.on {
			fmt.Fprintln(&b, "with", o.name)
		}
	}
	if n := s.Options.Groups; n > 0 {
		fmt.Fprintln(&b, "with", keyGroups, n)
	}
	for _, l := range s.Lines {
		fmt.Fprintln(&b, l)
	}
	return b.String()
}

type setting struct {
	name string
	on   *bool
}

func (o *Options) settings() []setting {
	return []setting{{"text-keys", &o.Text}, {"signed-keys", &o.Signed}, {"renewal-by-reading", &o.Renew}, {"expired-shown", &o.Show}, {"full-snapshots-cleaned", &o.Full}, {"background-cleanup", &o.Background}}
}

func (l Line) String() string {
	if l.State == "" {
		return fmt.Sprintf(form(l.Verb), anys(l.Args)...)
	}
	more, ns := "", ""
	if l.More {
		more = "+"
	}
	if l.NS > 0 {
		ns = fmt.Sprint("/", l.NS)
	}
	s := fmt.Sprintf("%s%d %s%s %s", more, l.Key, l.State, ns, l.Verb)
	for _, a := range l.Args {
		s += fmt.Sprint(" ", a)
	}
	return s
}

func form(verb string) string {
	for _, f := range forms {
		if f.verb == verb {
			return f.text
		}
	}
	panic("scripts: there is no line " + verb)
}

func anys(args []uint64) (all []any) {
	for _, a := range args {
		all = append(all, a)
	}
	return all
}

// Parse reads a script. Lines that begin with # say something to people.
func Parse(text string) (s Script, err error) {
	for n, line := range strings.Split(text, "\n") {
		switch line = strings.TrimSpace(line); {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "with "):
			err = s.Options.set(line[5:])
		default:
			var l Line
			l, err = parseLine(line)
			s.Lines = append(s.Lines, l)
		}
		if err != nil {
			return s, fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	return s, nil
}

// keyGroups is the option that a number follows.
const keyGroups = "key-groups"

func (o *Options) set(name string) error {
	if number, ok := strings.CutPrefix(name, keyGroups+" "); ok {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > backends.GroupsMax {
			return fmt.Errorf("%q is no number of key groups: want 1 to %d", number, backends.GroupsMax)
		}
		o.Groups = n
		return nil
	}
	for _, f := range o.settings() {
		if f.name == name {
			*f.on = true
			return nil
		}
	}
	return fmt.Errorf("there is no option %q", name)
}

func parseLine(text string) (l Line, err error) {
	for _, f := range forms {
		l = Line{Verb: f.verb, Args: make([]uint64, strings.Count(f.text, "%d"))}
		into := make([]any, len(l.Args))
		for i := range into {
			into[i] = &l.Args[i]
		}
		if n, err := fmt.Sscanf(text, f.text, into...); err == nil && n == len(into) && l.String() == text {
			return l, nil
		}
	}
	f := strings.Fields(text)
	if len(f) < 3 {
		return l, fmt.Errorf("%q is no operation", text)
	}
	state, ns, _ := strings.Cut(f[1], "/")
	l = Line{More: f[0][0] == '+', State: state, Verb: f[2]}
	for i, s := range append([]string{strings.TrimPrefix(f[0], "+"), "0" + ns}, f[3:]...) {
		x, err := strconv.ParseUint(s, 10, 32)
		switch {
		case err != nil:
			return l, fmt.Errorf("%q is no number", s)
		case i == 0:
			l.Key = x
		case i == 1:
			l.NS = x
		default:
			l.Args = append(l.Args, x)
		}
	}
	i := slices.IndexFunc(states(), func(s spec) bool { return s.name == l.State })
	if i < 0 {
		return l, fmt.Errorf("there is no state %q", l.State)
	}
	if want, ok := verbs[states()[i].kind][l.Verb]; !ok || want != len(l.Args) {
		return l, fmt.Errorf("%s of %s with %d numbers is no operation", l.Verb, l.State, len(l.Args))
	}
	return l, nil
}
