package figures

import (
	"strings"

	"gonum.org/v1/plot"
)

// A Part of a bar.
type Part struct {
	Token
	Value float64
	Faint bool // the rest, beside the part that counts
}

// A Bar is one cell.
type Bar struct {
	Mark
	Rank  string // "1"; "" when it has none
	Name  string
	Parts []Part
	Total string  // written at the end: "84 ms"
	Tick  float64 // a tall tick at this value; 0: none
	Bold  bool
}

// Bars are horizontal and start at zero: Fig 2 (one bar a cell, cut into phases) and Fig 4 (a solid part and a faint rest).
type Bars struct {
	X    Scale
	Y    string // what stands above
	Bars []Bar
	Text func(v float64) string // inside a part, where it fits; nil: nothing
}

const rowHeight, rowHeightNarrow = 26, 34

// Height is what the bars need.
func (b Bars) Height(narrow bool) float64 {
	row := rowHeight
	if narrow {
		row = rowHeightNarrow
	}
	return float64(22 + row*len(b.Bars) + 50)
}

// Draw the bars. On a narrow figure the names stand above the bars.
func (b Bars) Draw(size Size) Drawing {
	ch := newChart(size)
	ch.upright = true
	most, totals := 0.0, 0.0
	for _, bar := range b.Bars {
		sum := 0.0
		for _, p := range bar.Parts {
			sum += b.X.of(p.Value)
		}
		most, totals = max(most, sum), max(totals, total(bar).width(bar.Total))
	}
	names := 0.0
	if !size.Narrow() {
		for _, bar := range b.Bars {
			names = max(names, min(name(bar).width(bar.Name), size.W*.4)+b.ranks()+26)
		}
	}
	ticks, top := linear(b.X, most, int(max(3, size.W/140)))
	ch.axis(&ch.p.X, ticks, 0, top, false)
	ch.axis(&ch.p.Y, plot.ConstantTicks{}, 0, float64(max(1, len(b.Bars))), false)
	// The labels of the longest bar must fit beside it, as far as the axis does not reach beyond it already.
	ch.left, ch.right = names+4, max(12, totals+14-(size.W-names-20)*(1-most/top))
	ch.grid()
	ch.titles(b.Y, b.X.Title)
	ch.layer(func(f *frame) {
		row := (f.bottom - f.top) / float64(max(1, len(b.Bars)))
		for i, bar := range b.Bars {
			b.row(f, bar, f.top+float64(i)*row, row)
		}
		f.line(solid(Axis, 1), xy{f.left, f.top}, xy{f.left, f.bottom})
	})
	return ch.drawing()
}

// ranks is the width of the column of ranks.
func (b Bars) ranks() (most float64) {
	for _, bar := range b.Bars {
		if bar.Rank != "" {
			most = max(most, hand{}.width(bar.Rank)+8)
		}
	}
	return most
}

func name(b Bar) hand  { return hand{colour: colour{Ink, halo}, bold: b.Bold} }
func total(b Bar) hand { return hand{colour: colour{Ink, halo}, bold: true} }

func (b Bars) row(f *frame, bar Bar, top, height float64) {
	y, thick := top+(height-16)/2, 16.0
	if f.Narrow() {
		f.mark(bar.Mark, xy{f.left + 8, top + 9}, 4.2)
		f.write(name(bar), xy{f.left + 18, top + 13}, 0, name(bar).fit(strings.TrimPrefix(bar.Rank+NoBreak+bar.Name, NoBreak), f.W-f.left-20))
		y, thick = top+18, 14
	} else {
		in := b.ranks()
		f.write(hand{colour: Muted.plain()}, xy{in - 4, top + height/2 + 4}, 1, bar.Rank)
		f.mark(bar.Mark, xy{in + 8, top + height/2}, 4.6)
		f.write(name(bar), xy{in + 20, top + height/2 + 4}, 0, name(bar).fit(bar.Name, f.left-in-24))
	}
	sum := 0.0
	for _, p := range bar.Parts {
		from, to := f.x(sum), f.x(sum+b.X.of(p.Value))
		sum += b.X.of(p.Value)
		fill, edge := filled(p.Token), solid(Paper, 1)
		if p.Faint {
			fill = with(p.Token, tinted)
		}
		f.rect(from, y, to-from, thick, fill, edge)
		if b.Text != nil && !p.Faint {
			inside(f, p.Token, b.Text(p.Value), from, to, y+thick/2+4)
		}
	}
	if bar.Tick > 0 {
		x := f.x(b.X.of(bar.Tick))
		f.line(solid(Ink, 1.5), xy{x, y - 3}, xy{x, y + thick + 3})
	}
	f.write(total(bar), xy{f.x(sum) + 7, y + thick/2 + 4}, 0, bar.Total)
}

// inside writes a part's value where there is room for it.
func inside(f *frame, t Token, text string, from, to, y float64) {
	h := hand{colour: OnSoft.plain(), size: 11}
	switch t {
	case Phase1, Phase3, Phase6, Heap, RocksDB, Ink:
		h.Token = OnStrong
	}
	if h.width(text)+8 <= to-from {
		f.write(h, xy{(from + to) / 2, y}, .5, text)
	}
}
