package figures

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
)

// A chart is a plot with axes in the house's manner: the y title stands flat above the axis, grid lines run from the y ticks only (or from
// the x ticks only, in bars), and there is no y axis line.
type chart struct {
	*sheet
	p                        *plot.Plot
	left, right, top, bottom float64 // px kept free around axes and their labels
	upright                  bool    // the grid is vertical
}

func newChart(size Size) *chart {
	ch := &chart{sheet: newSheet(size), p: plot.New(), right: 8, top: 22}
	p, muted := ch.p, hand{colour: Muted.plain()}
	p.BackgroundColor = nil
	p.X.Padding, p.Y.Padding = 0, 0
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		st := a.Tick.Label
		a.Tick.Label = muted.style()
		a.Tick.Label.XAlign, a.Tick.Label.YAlign = st.XAlign, st.YAlign
		a.Label.TextStyle.Font = muted.font()
		a.LineStyle, a.Tick.LineStyle = solid(Axis, 1).style(), solid(Axis, 1).style()
	}
	p.X.Tick.Length, p.Y.Tick.Length = px(5), px(5)
	p.X.Tick.Label.Font, p.Y.Tick.Label.Font = muted.font(), muted.font()
	p.Y.LineStyle.Width, p.Y.Tick.LineStyle.Width = 0, 0
	return ch
}

// A frame is the area of the data, in px, and what places data in it.
type frame struct {
	*sheet
	x, y                     func(float64) float64
	left, right, top, bottom float64
}

// A layer draws data: layers are drawn in the order in which they are added.
type layer struct {
	s    *sheet
	draw func(f *frame)
}

// Plot implements plot.Plotter.
func (l layer) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	l.draw(&frame{sheet: l.s,
		x:    func(v float64) float64 { return float64(x(v)) / .75 },
		y:    func(v float64) float64 { return l.s.H - float64(y(v))/.75 },
		left: float64(c.Min.X) / .75, right: float64(c.Max.X) / .75, top: l.s.H - float64(c.Max.Y)/.75, bottom: l.s.H - float64(c.Min.Y)/.75})
}

func (ch *chart) layer(draw func(f *frame)) { ch.p.Add(layer{ch.sheet, draw}) }

// grid adds the lines of the ticks. What is added before lies below them.
func (ch *chart) grid() {
	ch.layer(func(f *frame) {
		if ch.upright {
			for _, t := range ch.p.X.Tick.Marker.Ticks(ch.p.X.Min, ch.p.X.Max) {
				if t.Value > ch.p.X.Min {
					f.line(solid(Grid, 1), xy{f.x(t.Value), f.top}, xy{f.x(t.Value), f.bottom})
				}
			}
			return
		}
		for _, t := range ch.p.Y.Tick.Marker.Ticks(ch.p.Y.Min, ch.p.Y.Max) {
			if y := f.y(t.Value); y < f.bottom-1 {
				f.line(solid(Grid, 1), xy{f.left, y}, xy{f.right, y})
			}
		}
	})
}

// titles writes the y title flat above the axis and the x title centred below it.
func (ch *chart) titles(y, x string) {
	muted := hand{colour: Muted.plain()}
	ch.write(muted, xy{0, 11}, 0, muted.fit(y, ch.W))
	if x != "" {
		ch.layer(func(f *frame) {
			x = muted.fit(x, ch.W)
			half := muted.width(x) / 2
			ch.write(muted, xy{min(max((f.left+f.right)/2, half), ch.W-half), ch.H - 4}, .5, x)
		})
		ch.bottom += 20
	}
}

func (ch *chart) drawing() Drawing {
	ch.p.Draw(draw.Crop(ch.c, px(ch.left), -px(ch.right), px(ch.bottom), -px(ch.top)))
	return ch.sheet.drawing()
}

// A Scale says how numbers of SI base units stand on an axis: divided by Unit, written by Text.
type Scale struct {
	Title string // with its unit: "recovery time, ms"
	Unit  float64
	Text  func(v float64) string // of v already divided; nil: the shortest
}

func (s Scale) text(v float64) string {
	if s.Text == nil {
		return short(v)
	}
	return s.Text(v)
}

func (s Scale) of(v float64) float64 {
	if s.Unit == 0 {
		return v
	}
	return v / s.Unit
}

// linear ticks from 0 to at least most, in steps of 1, 2 or 5, about n of them. It returns the top of the axis.
func linear(sc Scale, most float64, n int) (plot.ConstantTicks, float64) {
	if !(most > 0) || math.IsInf(most, 0) {
		most = 1
	}
	step := nice(most / float64(n))
	var ticks plot.ConstantTicks
	for i := 0; ; i++ {
		v := float64(i) * step
		ticks = append(ticks, plot.Tick{Value: v, Label: sc.text(v)})
		if v >= most*(1-1e-9) {
			return ticks, v
		}
	}
}

// nice is the least of 1, 2, 5 × a power of ten that is no less than v.
func nice(v float64) float64 {
	p := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5, 10} {
		if m*p >= v*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// logarithmic spans the values with room at both ends, and at least a factor of two, and chooses ticks that people read easily.
func logarithmic(sc Scale, least, most float64) (ticks plot.ConstantTicks, from, to float64) {
	if !(least > 0) || !(most > 0) {
		least, most = 1, 10
	}
	if most < 2*least {
		mid := math.Sqrt(least * most)
		least, most = mid/math.Sqrt2, mid*math.Sqrt2
	}
	room := math.Pow(most/least, .12)
	from, to = least/room, most*room
	for _, steps := range [][]float64{{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 5, 7}, {1, 1.2, 1.5, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9}} {
		ticks = ticks[:0]
		for e := math.Floor(math.Log10(from)); e <= math.Ceil(math.Log10(to)); e++ {
			for _, m := range steps {
				if v := m * math.Pow(10, e); v >= from && v <= to {
					ticks = append(ticks, plot.Tick{Value: v, Label: sc.text(v)})
				}
			}
		}
		if len(ticks) >= 3 {
			break
		}
	}
	return ticks, from, to
}

// axis gives an axis its range and its ticks.
func (ch *chart) axis(a *plot.Axis, ticks plot.ConstantTicks, from, to float64, log bool) {
	a.Min, a.Max, a.Tick.Marker = from, to, ticks
	if log {
		a.Scale = plot.LogScale{}
	}
}
