package figures

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
)

// A Moment of a value: what it was then, and why it is known.
type Moment struct {
	At   float64 // seconds
	N    float64
	What string // apply, read, checkpoint, fault, restore
	Text string // "chk-3", "kill task/0"
	Bad  bool
}

// A Value is Fig A: a count over time as acknowledged, and the one thing that does not fit.
type Value struct {
	Title   string // "count of key ATL"
	Time    Scale
	Moments []Moment // in order of time
	Attempt int64    // in which the last moment was; 0: not known
	Want    []float64
	WantSay string // "42 or 43"
	GotSay  string // "read 39"
}

// window keeps what leads up to the moment that does not fit: from the third checkpoint before it.
func (v Value) window() []Moment {
	seen := 0
	for i := len(v.Moments) - 1; i >= 0; i-- {
		if v.Moments[i].What == "checkpoint" {
			if seen++; seen == 3 {
				return v.Moments[max(0, i-12):]
			}
		}
	}
	return v.Moments
}

// Draw the value.
func (v Value) Draw(size Size) Drawing {
	v.Moments = v.window()
	ch := newChart(size)
	ch.top = 72
	from, to, lo, hi := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, m := range v.Moments {
		from, to = min(from, m.At), max(to, m.At)
		if m.What != "fault" {
			lo, hi = min(lo, m.N), max(hi, m.N)
		}
	}
	for _, w := range v.Want {
		lo, hi = min(lo, w), max(hi, w)
	}
	if math.IsInf(lo, 0) || math.IsInf(from, 0) {
		from, to, lo, hi = 0, 1, 0, 1
	}
	span := max(to-from, 1e-6)
	if near, far, ok := v.close(hi - lo); ok {
		lo, hi = near, far
	}
	if hi-lo < 2 {
		hi, lo = hi+1, lo-1
	}
	tail := .2
	if size.Narrow() {
		tail = .4
	}
	yt := steps(Scale{}, lo, hi, 4)
	ch.axis(&ch.p.X, steps(v.Time, v.Time.of(from), v.Time.of(to), 5), v.Time.of(from), v.Time.of(to+span*tail), false)
	ch.axis(&ch.p.Y, yt, lo-(hi-lo)*.34, hi+(hi-lo)*.08, false)
	title, taken := hand{}.fit(v.Title, ch.W*.4), new(boxes)
	ch.write(hand{colour: Muted.plain()}, xy{0, 62}, 0, title)
	taken.add(hand{}.box(xy{0, 62}, 0, title))
	ch.grid()
	ch.layer(func(f *frame) { v.attempts(f); v.checkpoints(f, taken) })
	ch.layer(func(f *frame) { v.line(f, lo, hi, taken); v.faults(f, taken); v.allowed(f, taken); v.bad(f, taken) })
	ch.layer(func(f *frame) { f.write(hand{colour: Muted.plain()}, xy{f.right, f.H - 1}, 1, v.Time.Title) })
	ch.bottom = 16
	return ch.drawing()
}

// Close tells whether only the surroundings of what was expected are shown.
func (v Value) Close() bool {
	lo, hi := math.Inf(1), math.Inf(-1)
	v.Moments = v.window()
	for _, m := range v.Moments {
		if m.What != "fault" {
			lo, hi = min(lo, m.N), max(hi, m.N)
		}
	}
	_, _, ok := v.close(hi - lo)
	return ok
}

// close is what to show when what was expected and what was seen are so close together that the whole range would show one for the other.
func (v Value) close(whole float64) (lo, hi float64, ok bool) {
	bad := slices.IndexFunc(v.Moments, func(m Moment) bool { return m.Bad })
	if bad < 0 || len(v.Want) == 0 {
		return 0, 0, false
	}
	lo, hi = min(slices.Min(v.Want), v.Moments[bad].N), max(slices.Max(v.Want), v.Moments[bad].N)
	return lo - 4, hi + 4, whole > 24*(hi-lo+1)
}

// steps are ticks between two values, not necessarily from zero.
func steps(sc Scale, lo, hi float64, n int) (ticks plot.ConstantTicks) {
	step := nice((hi - lo) / float64(n))
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi*(1+1e-9); i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: sc.text(i * step)})
	}
	return ticks
}

func (v Value) x(f *frame, at float64) float64 { return f.x(v.Time.of(at)) }

// attempts are bands above: one up to each fault, one from each restore.
func (v Value) attempts(f *frame) {
	no := v.Attempt
	for _, m := range v.Moments {
		if m.What == "restore" && !m.Bad {
			no--
		}
	}
	say := func(rest string) string {
		if v.Attempt == 0 {
			return "attempt" + rest
		}
		return fmt.Sprintf("attempt %d%s", no, rest)
	}
	from, text, back, ink := f.left, say(""), Checkpoint, Ink
	end := func(to float64) {
		f.rect(from, 24, to-from, 16, filled(back), stroke{})
		h := hand{colour: ink.plain()}
		if h.width(text)+8 > to-from {
			text, _, _ = strings.Cut(text, ",")
		}
		f.write(h, xy{from + 6, 36}, 0, h.fit(text, to-from-8))
	}
	open := true
	for _, m := range v.Moments {
		switch m.What {
		case "fault":
			if open {
				end(v.x(f, m.At))
				open = false
			}
		case "restore":
			if open {
				end(v.x(f, m.At) - 2)
			}
			no++
			from, open, back, ink, text = v.x(f, m.At), true, RestoreBack, Link, say(", from "+m.Text)
		}
	}
	if open {
		end(f.right)
	}
}

func (v Value) checkpoints(f *frame, taken *boxes) {
	for _, m := range slices.Backward(v.Moments) { // the newest matter most
		if m.What != "checkpoint" {
			continue
		}
		x := v.x(f, m.At)
		f.line(dashed(Axis, 1, 2, 3), xy{x, f.top - 24}, xy{x, f.bottom - 32})
		for i, t := range []string{m.Text, "holds " + short(m.N)} {
			h := hand{colour: colour{Ink, halo}}
			if i == 1 {
				h.Token = Muted
			}
			w := h.width(t)
			at := min(max(x-w/2, f.left), f.W-w)
			if b := (box{at - 3, f.bottom - 32 + float64(i)*15, w + 6, 14}); !taken.hit(b) {
				taken.add(b)
				f.write(h, xy{at, b.y + 11}, 0, t)
			}
		}
	}
}

// line is the count as acknowledged; after a restore it starts anew from what the checkpoint held, dashed. What lies outside of the range
// is cut off, and how far it went is said.
func (v Value) line(f *frame, lo, hi float64, taken *boxes) {
	st := solid(Ink, 1.75)
	var line []xy
	end := func(at float64) {
		if len(line) > 0 {
			f.within(st, f.top, f.bottom-34, append(line, xy{v.x(f, at), line[len(line)-1].y}))
		}
		line = nil
	}
	most := Moment{N: hi}
	for _, m := range v.Moments {
		if !m.Bad && m.What == "apply" && m.N > most.N {
			most = m
		}
		switch {
		case m.What == "fault":
			end(m.At)
		case m.What == "restore" && !m.Bad:
			end(m.At)
			st, line = dashed(Ink, 1.75, 4, 3), []xy{{v.x(f, m.At), f.y(m.N)}}
			if h := (hand{colour: colour{Muted, halo}}); m.N >= lo && m.N <= hi && !slices.Contains(v.Want, m.N) {
				at, text := xy{v.x(f, m.At), f.y(m.N) + 15}, "restored: "+short(m.N)
				f.write(h, at, 0, text)
				taken.add(h.box(at, 0, text))
			}
		case m.What == "apply" && !m.Bad:
			x, y := v.x(f, m.At), f.y(m.N)
			if len(line) > 0 {
				line = append(line, xy{x, line[len(line)-1].y})
			}
			line = append(line, xy{x, y})
		}
	}
	if len(v.Moments) > 0 {
		end(v.Moments[len(v.Moments)-1].At)
	}
	for _, m := range v.Moments {
		if m.What == "read" && !m.Bad && m.N >= lo && m.N <= hi {
			f.circle(xy{v.x(f, m.At), f.y(m.N)}, 2.6, filled(Paper), solid(Ink, 1.25))
		}
	}
	if most.N > hi {
		h := hand{colour: colour{Muted, halo}}
		text := "↑ up to " + short(most.N)
		at := xy{max(f.left, v.x(f, most.At)-8-h.width(text)), f.top + 12}
		f.write(h, at, 0, text)
		taken.add(h.box(at, 0, text))
	}
}

// within draws a line of upright and level pieces as far as it lies between two heights.
func (f *frame) within(st stroke, top, bottom float64, pts []xy) {
	var line []xy
	end := func() {
		if len(line) > 1 {
			f.line(st, line...)
		}
		line = nil
	}
	for i, p := range pts {
		cut := xy{p.x, min(max(p.y, top), bottom)}
		if i > 0 && cut.y != p.y && min(max(pts[i-1].y, top), bottom) == cut.y { // from outside to outside
			end()
			continue
		}
		if i > 0 && len(line) == 0 { // it comes in
			line = append(line, xy{pts[i-1].x, min(max(pts[i-1].y, top), bottom)})
		}
		line = append(line, cut)
		if cut.y != p.y {
			end()
		}
	}
	end()
}

func (v Value) faults(f *frame, taken *boxes) {
	h := hand{colour: colour{Bad, halo}, bold: true}
	for _, m := range v.Moments {
		if m.What != "fault" {
			continue
		}
		x := v.x(f, m.At)
		f.line(solid(Bad, 1.75), xy{x, 18}, xy{x, f.bottom - 32})
		taken.add(box{x - 1, 18, 2, f.bottom - 50})
		text := h.fit("fault: "+m.Text, f.W)
		w := h.width(text)
		at := max(0, min(x+6, f.W-w))
		if x > f.W/2 {
			at = max(0, x-6-w)
		}
		if b := (box{at - 3, 2, w + 6, 14}); !taken.hit(b) {
			taken.add(b)
			f.write(h, xy{at, 14}, 0, text)
		}
	}
}

// allowed is the area in which the value may lie at the moment that does not fit.
func (v Value) allowed(f *frame, taken *boxes) {
	if len(v.Want) == 0 {
		return
	}
	from := f.left
	for _, m := range v.Moments {
		if m.What == "restore" {
			from = v.x(f, m.At)
		}
	}
	top, bottom := f.y(slices.Max(v.Want))-5, f.y(slices.Min(v.Want))+5
	f.rect(from, top, f.right-from, bottom-top, filled(OKBack), solid(OK, 1))
	h := hand{colour: colour{OK, halo}, bold: true}
	say := h.fit("allowed: "+v.WantSay, f.W*.45)
	if f.Narrow() {
		say = h.fit(v.WantSay, f.W*.4)
	}
	f.write(h, xy{f.W, 58}, 1, say)
	taken.add(h.box(xy{f.W, 58}, 1, say))
}

// bad is the moment that does not fit, and what is said of it, beside it where nothing else is said.
func (v Value) bad(f *frame, taken *boxes) {
	for _, m := range v.Moments {
		if !m.Bad {
			continue
		}
		at := xy{v.x(f, m.At), f.y(m.N)}
		if len(v.Want) > 0 {
			f.line(dashed(Bad, 1, 2, 2), at, xy{at.x, f.y((slices.Max(v.Want) + slices.Min(v.Want)) / 2)})
		}
		f.circle(at, 6, filled(BadBack), solid(Bad, 1.75))
		f.line(solid(Bad, 1.75), xy{at.x - 3, at.y - 3}, xy{at.x + 3, at.y + 3})
		f.line(solid(Bad, 1.75), xy{at.x - 3, at.y + 3}, xy{at.x + 3, at.y - 3})
		h := hand{colour: colour{Bad, halo}, bold: true}
		say, when := h.fit(v.GotSay, f.W*.5), "at "+v.Time.text(rounded(v.Time.of(m.At), 4))+NoBreak+"s"
		anchor, up := 0.0, false
		if at.x+12+max(h.width(say), h.width(when)) > f.W {
			anchor = 1
		}
		if len(v.Want) > 0 && m.N > slices.Max(v.Want) { // what is allowed lies below
			up = true
		}
		tries := []note{noteAt(at, anchor, up), noteAt(at, 1-anchor, up), noteAt(at, 1-anchor, !up), noteAt(at, anchor, !up)}
		n := tries[len(tries)-1]
		for _, try := range tries {
			if try.fits(f, taken, h, say, when) {
				n = try
				break
			}
		}
		f.write(h, n.first, n.anchor, say)
		h.bold = false
		f.write(h, n.second, n.anchor, when)
	}
}

// A note is where two lines of text stand beside a point.
type note struct {
	first, second xy
	anchor        float64
}

// noteAt is to the right of a point or, with the anchor 1, to its left; beside it, or with up above.
func noteAt(at xy, anchor float64, up bool) note {
	x, y, second := at.x+12-24*anchor, at.y+4, 15.0
	if up {
		y, second = at.y-8, -15
	}
	return note{xy{x, y}, xy{x, y + second}, anchor}
}

func (n note) fits(f *frame, taken *boxes, h hand, first, second string) bool {
	a, b := h.box(n.first, n.anchor, first), h.box(n.second, n.anchor, second)
	inside := func(x box) bool { return x.x >= f.left && x.x+x.w <= f.W+2 && x.y >= 40 && x.y+x.h <= f.bottom-32 }
	return inside(a) && inside(b) && !taken.hit(a) && !taken.hit(b)
}
