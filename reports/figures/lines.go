package figures

import (
	"cmp"
	"slices"
)

// A Line is one cell over time.
type Line struct {
	Mark
	Name   string // at its end: "Pebble 250ms"
	At     []float64
	Values []float64 // as many; in SI base units
	Steps  bool      // a value holds until the next time; else points are joined, and marked
}

// Lines is what several cells do over time, on one axis that begins at zero.
type Lines struct {
	Y, Time Scale
	Lines   []Line
}

// Draw the lines, each with its name at its end, or at its highest point where ends lie too close.
func (l Lines) Draw(size Size) Drawing {
	ch := newChart(size)
	end, most, names := 0.0, 0.0, 0.0
	for _, x := range l.Lines {
		for i, v := range x.Values {
			end, most = max(end, x.At[i]), max(most, l.Y.of(v))
		}
		names = max(names, min(hand{}.width(x.Name), size.W*.3))
	}
	yt, top := linear(l.Y, most, 4)
	xt, _ := linear(l.Time, l.Time.of(end), int(max(3, size.W/100)))
	for len(xt) > 2 && xt[len(xt)-1].Value > l.Time.of(end) {
		xt = xt[:len(xt)-1]
	}
	ch.axis(&ch.p.X, xt, 0, l.Time.of(max(end, 1e-6)), false)
	ch.axis(&ch.p.Y, yt, 0, top, false)
	ch.right = names + 18
	ch.grid()
	ch.titles(l.Y.Title, l.Time.Title)
	ch.layer(func(f *frame) {
		for _, x := range l.Lines {
			l.line(f, x)
		}
		l.names(f)
	})
	return ch.drawing()
}

func (l Lines) line(f *frame, x Line) {
	var path []xy
	for i, v := range x.Values {
		at := xy{f.x(l.Time.of(x.At[i])), f.y(l.Y.of(v))}
		if n := len(path); x.Steps && n > 0 {
			path = append(path, xy{at.x, path[n-1].y})
		}
		path = append(path, at)
	}
	if len(path) > 1 {
		st := solid(x.bar(), 1.75)
		if x.Unknown && !x.Steps {
			st = dashed(Muted, 1.5, 4, 3)
		}
		f.line(st, path...)
	}
	if !x.Steps && len(x.Values) <= 60 {
		for _, at := range path {
			f.mark(x.Mark, at, 3.6)
		}
	}
}

// names stand to the right of where lines end, moved apart.
func (l Lines) names(f *frame) {
	type end struct {
		x    Line
		from xy
		y    float64
	}
	var ends []end
	for _, x := range l.Lines {
		if n := len(x.Values); n > 0 {
			at := xy{f.x(l.Time.of(x.At[n-1])), f.y(l.Y.of(x.Values[n-1]))}
			ends = append(ends, end{x, at, at.y})
		}
	}
	slices.SortStableFunc(ends, func(a, b end) int { return cmp.Compare(a.y, b.y) })
	const apart = 15
	for i := 1; i < len(ends); i++ {
		ends[i].y = max(ends[i].y, ends[i-1].y+apart)
	}
	limit := f.bottom - 2
	for i := len(ends) - 1; i >= 0; i-- {
		ends[i].y = min(ends[i].y, limit)
		limit = ends[i].y - apart
	}
	for _, e := range ends {
		h := hand{colour: colour{e.x.ink(), halo}}
		f.line(dashed(Axis, 1, 1, 3), xy{min(e.from.x+5, f.right), e.from.y}, xy{f.right + 6, e.y})
		f.write(h, xy{f.right + 9, e.y + 4}, 0, h.fit(e.x.Name, f.W-f.right-10))
	}
}
