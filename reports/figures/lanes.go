package figures

import (
	"fmt"
	"slices"
)

// An Op is a box of Fig B, from its call to its return.
type Op struct {
	Lane, Text   string
	Call, Return int64 // tickets
	At           float64
	Attempt      int64
	Order        int // place in the order that was found, from 1; 0: none
	Unknown, Bad bool
}

// Lanes are operations on lanes: Fig B. Time runs to the right on a wide figure, downwards on a narrow one, and is not to scale: only the
// order of calls and returns is, so that what overlaps in the picture overlapped in the run.
type Lanes struct {
	Ops    []Op
	Time   Scale
	Fault  string // struck between the attempts
	BadSay []string
}

// An edge is a call or a return.
type edge struct {
	ticket int64
	op     int
	end    bool
}

// place lays calls and returns along a line: each at least gap after the one before, a box at least as long as its length says, a break
// where the attempt changes. It returns where each operation starts and ends, and where the breaks are.
func place(ops []Op, length func(Op) float64, gap, pause float64) (from, to []float64, breaks map[int64]float64) {
	var edges []edge
	for i, o := range ops {
		edges = append(edges, edge{o.Call, i, false}, edge{max(o.Return, o.Call+1), i, true})
	}
	slices.SortStableFunc(edges, func(a, b edge) int {
		switch {
		case a.ticket != b.ticket:
			return int(min(max(a.ticket-b.ticket, -1), 1))
		case a.end != b.end && a.end:
			return -1
		case a.end != b.end:
			return 1
		}
		return a.op - b.op
	})
	from, to, breaks = make([]float64, len(ops)), make([]float64, len(ops)), map[int64]float64{}
	at, attempt, first := 0.0, int64(0), true
	for _, e := range edges {
		o := ops[e.op]
		if e.end {
			at = max(at+gap, from[e.op]+length(o))
			to[e.op] = at
			continue
		}
		if !first {
			at += gap
		}
		if o.Attempt > attempt && !first {
			breaks[o.Attempt] = at
			at += pause
		}
		attempt, first = max(attempt, o.Attempt), false
		from[e.op] = at
	}
	return from, to, breaks
}

// lanes in the order in which people think of them, then others.
func (l Lanes) lanes() (names []string) {
	for _, n := range []string{"source", "reader", "coordinator"} {
		if slices.ContainsFunc(l.Ops, func(o Op) bool { return o.Lane == n }) {
			names = append(names, n)
		}
	}
	for _, o := range l.Ops {
		if !slices.Contains(names, o.Lane) {
			names = append(names, o.Lane)
		}
	}
	return names
}

// Draw the lanes; as many of the last operations as there is room for.
func (l Lanes) Draw(width float64) Drawing {
	if (Size{W: width}).Narrow() {
		return l.down(width)
	}
	return l.across(width)
}

func (l Lanes) across(width float64) Drawing {
	const left, row = 96.0, 60.0
	length := func(o Op) float64 { return inked().width(o.Text) + 26 }
	from, to, breaks := place(l.Ops, length, 12, 64)
	for len(l.Ops) > 1 && slices.Max(to) > width-left-24 {
		l.Ops = l.Ops[1:]
		from, to, breaks = place(l.Ops, length, 12, 64)
	}
	names := l.lanes()
	at, bottom := l.heights(names, 56, row)
	s := newSheet(Size{width, bottom + 44})
	end := left
	if len(to) > 0 {
		end += slices.Max(to) + 24
	}
	for _, n := range names {
		s.line(solid(Grid, 1), xy{left, at[n]}, xy{width, at[n]})
		s.write(inked(), xy{0, at[n] + 4}, 0, n)
	}
	l.attemptsAcross(s, breaks, left, max(end, width-8), bottom)
	var places []xy
	for i, o := range l.Ops {
		places = append(places, xy{left + 8 + from[i] + (to[i]-from[i])/2, at[o.Lane] + 17})
	}
	s.order(l.Ops, places)
	for i, o := range l.Ops {
		x, w := left+8+from[i], to[i]-from[i]
		s.box(o, x, at[o.Lane]-17, w, 34)
		if o.Bad {
			for j, t := range l.BadSay {
				t = inked().fit(t, 150)
				half := inked().width(t) / 2
				s.write(hand{colour: colour{Bad, halo}}, xy{min(x+w/2, width-8-half), at[o.Lane] + badSays + badLine*float64(j)}, .5, t)
			}
		}
	}
	s.numbers(l.Ops, places)
	s.line(solid(Axis, 1), xy{left, bottom}, xy{width - 8, bottom})
	var taken boxes
	muted := hand{colour: Muted.plain()}
	for i, o := range l.Ops {
		t := l.Time.text(rounded(l.Time.of(o.At), 4))
		x := left + 8 + from[i]
		if b := (box{x - muted.width(t)/2 - 4, bottom, muted.width(t) + 8, 14}); !taken.hit(b) {
			taken.add(b)
			s.line(solid(Axis, 1), xy{x, bottom}, xy{x, bottom + 4})
			s.write(muted, xy{x, bottom + 18}, .5, t)
		}
	}
	s.write(muted, xy{width - 8, bottom + 36}, 1, l.Time.Title+" (not to scale)")
	return s.drawing()
}

// What is said of the operation that has no place stands below its box: where the first line is, below the middle of its lane, and from line to line.
const badSays, badLine = 37.0, 15.0

// heights are the middles of lanes, from a top, and where the last one ends. The lane that something is said of has room for it.
func (l Lanes) heights(names []string, top, row float64) (at map[string]float64, bottom float64) {
	at = map[string]float64{}
	for _, n := range names {
		at[n] = top + 22
		top += row
		if slices.ContainsFunc(l.Ops, func(o Op) bool { return o.Bad && o.Lane == n }) {
			top += max(0, badSays+badLine*float64(len(l.BadSay))-row+22-8) // 22: from a top to the middle; 8: of descent and room
		}
	}
	return at, top
}

// attemptsAcross draws the band of attempts, and between two of them what ended the first.
func (l Lanes) attemptsAcross(s *sheet, breaks map[int64]float64, left, right, bottom float64) {
	if len(l.Ops) == 0 {
		return
	}
	start, attempt := left, slices.MinFunc(l.Ops, func(a, b Op) int { return int(a.Attempt - b.Attempt) }).Attempt
	band := func(to float64, back, ink Token) {
		s.rect(start, 18, to-start, 16, filled(back), stroke{})
		h := hand{colour: ink.plain()}
		s.write(h, xy{start + 8, 30}, 0, h.fit(fmt.Sprintf("attempt %d", attempt), to-start-12))
	}
	back, ink := Checkpoint, Ink
	for _, a := range sorted(breaks) {
		x := left + 8 + breaks[a]
		band(x, back, ink)
		s.rect(x, 40, 56, bottom-40, filled(RestoreBack), stroke{})
		s.line(solid(Bad, 1.75), xy{x, 14}, xy{x, bottom})
		bad := hand{colour: colour{Bad, halo}, bold: true}
		text := bad.fit("fault: "+l.Fault, s.W*.6)
		s.write(bad, xy{max(0, min(x-6-bad.width(text), s.W-bad.width(text))), 12}, 0, text)
		s.write(hand{colour: Link.plain()}, xy{x + 28, 53}, .5, "recovery") // above the lanes: what is said of an operation stands below it
		start, attempt, back, ink = x+56, a, RestoreBack, Link
	}
	band(right, back, ink)
}

func sorted(m map[int64]float64) (keys []int64) {
	for k := range m { // sorted below
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// downMax is how many operations stand one below the other.
const downMax = 14

func (l Lanes) down(width float64) Drawing {
	l.Ops = l.Ops[max(0, len(l.Ops)-downMax):]
	names := l.lanes()
	from, to, breaks := place(l.Ops, func(Op) float64 { return 34 }, 9, 46)
	end := 0.0
	if len(to) > 0 {
		end = slices.Max(to)
	}
	s := newSheet(Size{width, 48 + end + 28})
	muted, left := hand{colour: Muted.plain()}, 46.0
	s.write(muted, xy{0, 11}, 0, l.Time.Title+" (not to scale)")
	column := (width - left) / float64(max(1, len(names)))
	for i, n := range names {
		x := left + column*(float64(i)+.5)
		s.write(muted, xy{x, 30}, .5, n)
		s.line(solid(Grid, 1), xy{x, 38}, xy{x, s.H})
	}
	for _, a := range sorted(breaks) {
		y := 44 + breaks[a]
		s.rect(left, y, width-left, 38, filled(RestoreBack), stroke{})
		s.line(solid(Bad, 1.75), xy{left, y}, xy{width, y})
		bad := hand{colour: colour{Bad, halo}, bold: true}
		s.write(bad, xy{(left + width) / 2, y + 15}, .5, bad.fit("fault: "+l.Fault, width-left))
		s.write(hand{colour: Link.plain()}, xy{(left + width) / 2, y + 31}, .5, fmt.Sprintf("recovery, then attempt %d", a))
	}
	var places []xy
	for i, o := range l.Ops {
		places = append(places, xy{left + column*float64(slices.Index(names, o.Lane)+1) - 8, 44 + (from[i]+to[i])/2})
	}
	s.order(l.Ops, places)
	last := -20.0
	for i, o := range l.Ops {
		x, y := left+column*float64(slices.Index(names, o.Lane))+4, 44+from[i]
		s.box(o, x, y, column-8, to[i]-from[i])
		if y-last > 14 {
			s.write(muted, xy{left - 8, y + 9}, 1, l.Time.text(rounded(l.Time.of(o.At), 4)))
			last = y
		}
	}
	s.numbers(l.Ops, places)
	for i, o := range l.Ops {
		if o.Bad {
			for j, t := range l.BadSay {
				x, t := left+column*(float64(slices.Index(names, o.Lane))+.5), muted.fit(t, width-left)
				s.write(hand{colour: colour{Bad, halo}}, xy{min(max(x, left+muted.width(t)/2), width-muted.width(t)/2), 44 + to[i] + 14 + 14*float64(j)}, .5, t)
			}
		}
	}
	return s.drawing()
}

func inked() hand { return hand{colour: Ink.plain()} }

// box draws one operation.
func (s *sheet) box(o Op, x, y, w, h float64) {
	fill, edge, ink := filled(Surface), solid(Axis, 1), inked()
	switch {
	case o.Bad:
		fill, edge, ink = filled(BadBack), solid(Bad, 2), hand{colour: Bad.plain(), bold: true}
	case o.Unknown:
		fill, edge = filled(Paper), dashed(Axis, 1, 4, 3)
	case o.Lane == "coordinator":
		fill = filled(Checkpoint)
	}
	s.rect(x, y, w, h, fill, edge)
	s.write(ink, xy{x + w/2, y + h/2 + 4}, .5, ink.fit(o.Text, w-6))
}

// ordered are the operations that have a place in the order that the checker found, in that order.
func ordered(ops []Op) (at []int) {
	for i, o := range ops {
		if o.Order > 0 && !o.Bad {
			at = append(at, i)
		}
	}
	slices.SortFunc(at, func(a, b int) int { return ops[a].Order - ops[b].Order })
	return at
}

// order joins them. Boxes lie above the line, so it is drawn before them.
func (s *sheet) order(ops []Op, places []xy) {
	var line []xy
	for _, i := range ordered(ops) {
		line = append(line, places[i])
	}
	if len(line) > 1 {
		s.line(solid(Link, 1.25), line...)
	}
}

// numbers are their places in the order.
func (s *sheet) numbers(ops []Op, places []xy) {
	h := hand{colour: Link.plain(), bold: true, size: 11}
	for _, i := range ordered(ops) {
		text := fmt.Sprint(ops[i].Order)
		r := max(8, h.width(text)/2+3)
		s.circle(places[i], r, filled(Paper), solid(Link, 1.25))
		s.write(h, xy{places[i].x, places[i].y + 4}, .5, text)
	}
}
