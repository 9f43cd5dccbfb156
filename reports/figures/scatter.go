package figures

import (
	"math"
	"strings"
)

// A Point is one cell of a Scatter: its median and the least and the most of its repetitions, in SI base units.
type Point struct {
	Mark
	Name        string // "Pebble 250 ms"
	Rank        string // "1"; "" when it has none
	X, XLo, XHi float64
	Y, YLo, YHi float64
	Front       bool // no other cell beats it on both axes: it is named before the others
}

// A Scatter is Fig 1: what is better lies up and to the left.
type Scatter struct {
	X, Y   Scale
	Points []Point
}

// Draw the scatter, both axes logarithmic.
func (sc Scatter) Draw(size Size) Drawing {
	ch := newChart(size)
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{}
	for _, p := range sc.Points {
		for i, v := range [][3]float64{{p.X, p.XLo, p.XHi}, {p.Y, p.YLo, p.YHi}} {
			for _, v := range v {
				if v > 0 {
					lo[i], hi[i] = min(lo[i], v), max(hi[i], v)
				}
			}
		}
	}
	xt, x0, x1 := logarithmic(sc.X, sc.X.of(lo[0]), sc.X.of(hi[0]))
	yt, y0, y1 := logarithmic(sc.Y, sc.Y.of(lo[1]), sc.Y.of(hi[1]))
	ch.axis(&ch.p.X, xt, x0, x1, true)
	ch.axis(&ch.p.Y, yt, y0, y1, true)
	ch.grid()
	ch.titles(sc.Y.Title+" (log)", sc.X.Title+" (log)")
	ch.layer(func(f *frame) { sc.draw(f) })
	return ch.drawing()
}

func (sc Scatter) draw(f *frame) {
	where := make([]xy, len(sc.Points))
	taken := boxes{}
	for i, p := range sc.Points {
		where[i] = xy{f.x(sc.X.of(p.X)), f.y(sc.Y.of(p.Y))}
		taken.add(box{where[i].x - 8, where[i].y - 8, 16, 16})
	}
	sc.front(f, where, &taken)
	sc.better(f, &taken)
	for i, p := range sc.Points { // bars lie below all marks
		sc.spread(f, p, where[i])
	}
	for i, p := range sc.Points {
		f.mark(p.Mark, where[i], 5.5)
	}
	for _, front := range []bool{true, false} {
		for i, p := range sc.Points {
			if p.Front == front {
				label(f, p, where[i], &taken)
			}
		}
	}
}

// front joins the cells that no other cell beats on both axes.
func (sc Scatter) front(f *frame, where []xy, taken *boxes) {
	var line []xy
	for i, p := range sc.Points {
		if p.Front {
			at := 0
			for at < len(line) && line[at].x < where[i].x {
				at++
			}
			line = append(line[:at], append([]xy{where[i]}, line[at:]...)...)
		}
	}
	if len(line) < 2 {
		return
	}
	f.line(dashed(Muted, 1, 2, 3), line...)
	for i, p := range line[1:] { // labels keep off the line where they can
		q := line[i]
		for n := 1.0; n < 40; n++ {
			taken.add(box{q.x + (p.x-q.x)*n/40 - 1, q.y + (p.y-q.y)*n/40 - 1, 2, 2})
		}
	}
}

// better is an arrow in the corner of the best, if no mark lies there.
func (sc Scatter) better(f *frame, taken *boxes) {
	if taken.hit(box{f.left + 6, f.top + 4, 84, 44}) {
		return
	}
	taken.add(box{f.left + 6, f.top + 4, 84, 44})
	from, to, st := xy{f.left + 34, f.top + 36}, xy{f.left + 12, f.top + 14}, solid(Muted, 1.25)
	f.line(st, from, to)
	f.line(st, xy{to.x, to.y + 7}, to, xy{to.x + 7, to.y})
	f.write(hand{colour: Muted.plain()}, xy{from.x + 6, from.y + 5}, 0, "better")
}

func (sc Scatter) spread(f *frame, p Point, at xy) {
	st := solid(p.bar(), 1)
	if p.XLo > 0 && p.XHi > p.XLo {
		f.line(st, xy{f.x(sc.X.of(p.XLo)), at.y}, xy{f.x(sc.X.of(p.XHi)), at.y})
	}
	if p.YLo > 0 && p.YHi > p.YLo {
		f.line(st, xy{at.x, f.y(sc.Y.of(p.YLo))}, xy{at.x, f.y(sc.Y.of(p.YHi))})
	}
}

// label writes rank and name where they hit nothing, else as much of them as is recognized, else the rank alone, else above the mark whatever is there.
func label(f *frame, p Point, at xy, taken *boxes) {
	h := hand{colour: colour{p.ink(), halo}, bold: p.Rank == "1"}
	whole := strings.TrimSpace(p.Rank + " " + NoBreak + p.Name)
	for _, t := range []string{whole, h.fit(whole, 110), p.Rank} {
		w := h.width(t)
		for _, b := range []box{{at.x + 11, at.y - 7, w, 14}, {at.x - 11 - w, at.y - 7, w, 14}, {at.x - w/2, at.y - 24, w, 14}, {at.x - w/2, at.y + 10, w, 14},
			{at.x + 8, at.y - 21, w, 14}, {at.x + 8, at.y + 8, w, 14}, {at.x - 8 - w, at.y - 21, w, 14}, {at.x - 8 - w, at.y + 8, w, 14}} {
			if b.x >= f.left-26 && b.x+w <= f.W && b.y >= f.top-6 && b.y+14 <= f.bottom && !taken.hit(b) {
				taken.add(b)
				f.write(h, xy{b.x, b.y + 11}, 0, t)
				return
			}
		}
	}
	f.write(h, xy{at.x, at.y - 11}, .5, p.Rank)
}

// A box is an area that is taken, in px.
type box struct{ x, y, w, h float64 }

type boxes struct{ all []box }

func (b *boxes) add(x box) { b.all = append(b.all, x) }

func (b *boxes) hit(x box) bool {
	for _, o := range b.all {
		if x.x < o.x+o.w && o.x < x.x+x.w && x.y < o.y+o.h && o.y < x.y+x.h {
			return true
		}
	}
	return false
}
