package figures

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Size is that of a figure in CSS pixels. Text stays 12 px high: a small figure is drawn again, not scaled.
type Size struct{ W, H float64 }

// Narrow tells whether there is room for the labels of one phone only.
func (s Size) Narrow() bool { return s.W < 480 }

// A Drawing is a finished picture.
type Drawing struct {
	Size
	body string // of the svg element, colours as stencils
}

// Panels puts drawings beside each other in so many columns, row by row, some px apart.
func Panels(all []Drawing, columns int, apart float64) (d Drawing) {
	var b strings.Builder
	y, high := 0.0, 0.0
	for i, x := range all {
		at := float64(i%columns) * (x.W + apart)
		if i%columns == 0 && i > 0 {
			y, high = y+high+apart, 0
		}
		high = max(high, x.H)
		fmt.Fprintf(&b, `<g transform="translate(%g %g)">%s</g>`, at*.75, y*.75, x.body)
		d.W, d.H = max(d.W, at+x.W), y+high
	}
	d.body = b.String()
	return d
}

// Inline is the picture as part of a page that has the tokens. The id must be unique in the page.
func (d Drawing) Inline(id, class, title, desc string) string {
	return fmt.Sprintf(`<svg class="fig %s" role="img" aria-labelledby="%s-t %s-d" %s><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`,
		class, id, id, d.box(), id, html.EscapeString(title), id, html.EscapeString(desc)) + resolve(d.body, Token.Var) + "</svg>"
}

// File is the picture as a file that stands alone, light.
func (d Drawing) File(title, desc string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" role="img" %s><title>%s</title><desc>%s</desc>`, d.box(), html.EscapeString(title), html.EscapeString(desc)) +
		`<rect width="100%" height="100%" fill="` + light(Paper) + `"/>` + "\n" + resolve(d.body, light) + "</svg>\n"
}

func (d Drawing) box() string {
	return fmt.Sprintf(`viewBox="0 0 %g %g" width="%g" height="%g" font-family="'Liberation Sans', Arial, Helvetica, sans-serif"`, d.W*.75, d.H*.75, d.W, d.H)
}

// A sheet is what a figure is drawn on. Its unit is the CSS pixel, its origin the upper left corner.
type sheet struct {
	Size
	c   draw.Canvas
	svg *vgsvg.Canvas
}

func newSheet(size Size) *sheet {
	svg := vgsvg.New(px(size.W), px(size.H))
	return &sheet{size, draw.New(svg), svg}
}

func px(v float64) vg.Length { return vg.Length(v * .75) }

type xy struct{ x, y float64 }

func (s *sheet) at(p xy) vg.Point { return vg.Point{X: px(p.x), Y: px(s.H - p.y)} }

var (
	head  = regexp.MustCompile(`(?s)^.*?<svg[^>]*>`)
	faces = regexp.MustCompile(`\s*style="font-family:[^;]*;font-variant:[^;]*;font-weight:(\w+);font-style:\w+;font-size:([0-9.]+)px;?`)
)

// drawing ends the sheet.
func (s *sheet) drawing() Drawing {
	var b bytes.Buffer
	if _, err := s.svg.WriteTo(&b); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	body := strings.TrimSuffix(strings.TrimSpace(head.ReplaceAllString(b.String(), "")), "</svg>")
	return Drawing{s.Size, strings.ReplaceAll(faces.ReplaceAllString(body, ` style="font-size:${2}px;font-weight:$1;`), ";font-weight:normal", "")}
}

// A stroke is a line's look.
type stroke struct {
	colour
	width float64
	dash  []vg.Length
}

func solid(t Token, width float64) stroke { return stroke{t.plain(), width, nil} }

func dashed(t Token, width float64, dash ...float64) stroke {
	s := solid(t, width)
	for _, d := range dash {
		s.dash = append(s.dash, px(d))
	}
	return s
}

func (st stroke) style() draw.LineStyle {
	return draw.LineStyle{Color: st.colour, Width: px(st.width), Dashes: st.dash}
}

func (s *sheet) line(st stroke, pts ...xy) {
	all := make([]vg.Point, len(pts))
	for i, p := range pts {
		all[i] = s.at(p)
	}
	s.c.StrokeLines(st.style(), all)
}

// polygon fills, and strokes when the stroke has a width.
func (s *sheet) polygon(fill *colour, st stroke, pts ...xy) {
	var p vg.Path
	for i, q := range pts {
		if i == 0 {
			p.Move(s.at(q))
		} else {
			p.Line(s.at(q))
		}
	}
	p.Close()
	s.paint(p, fill, st)
}

func (s *sheet) rect(x, y, w, h float64, fill *colour, st stroke) {
	if w > 0 && h > 0 {
		s.polygon(fill, st, xy{x, y}, xy{x + w, y}, xy{x + w, y + h}, xy{x, y + h})
	}
}

func (s *sheet) circle(at xy, r float64, fill *colour, st stroke) {
	var p vg.Path
	c := s.at(at)
	p.Move(vg.Point{X: c.X + px(r), Y: c.Y})
	p.Arc(c, px(r), 0, 2*math.Pi)
	p.Close()
	s.paint(p, fill, st)
}

func (s *sheet) paint(p vg.Path, fill *colour, st stroke) {
	if fill != nil {
		s.c.SetColor(*fill)
		s.c.Fill(p)
	}
	if st.width > 0 {
		s.c.SetLineStyle(st.style())
		s.c.Stroke(p)
	}
}

func filled(t Token) *colour { c := t.plain(); return &c }

func with(t Token, m manner) *colour { return &colour{t, m} }

// boldWeight is WeightBold of golang.org/x/image/font, which needs no door for one number.
const boldWeight = 3

// A hand is how text is written.
type hand struct {
	colour
	bold bool
	size float64 // px; 0: 12
}

func (h hand) font() plotfont.Font {
	f := plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: px(12)}
	if h.size > 0 {
		f.Size = px(h.size)
	}
	if h.bold {
		f.Weight = boldWeight
	}
	return f
}

func (h hand) face() plotfont.Face {
	f := h.font()
	return plot.DefaultTextHandler.Cache().Lookup(f, f.Size)
}

// width of a text, in px.
func (h hand) width(t string) float64 { f := h.face(); return float64(f.Width(t)) / .75 }

func (h hand) style() text.Style {
	return text.Style{Color: h.colour, Font: h.font(), Handler: plot.DefaultTextHandler}
}

// write puts a text's baseline at a point; anchor 0 starts there, .5 centres, 1 ends.
func (s *sheet) write(h hand, at xy, anchor float64, t string) {
	if t == "" {
		return
	}
	s.c.SetColor(h.colour)
	s.svg.FillString(h.face(), s.at(xy{at.x - anchor*h.width(t), at.y}), t)
}

// box is where write puts a text, and a little around it.
func (h hand) box(at xy, anchor float64, t string) box {
	w := h.width(t)
	return box{at.x - anchor*w - 2, at.y - 11, w + 4, 14}
}

// fit shortens a text until it is no wider than a number of px.
func (h hand) fit(t string, most float64) string {
	if h.width(t) <= most {
		return t
	}
	r := []rune(t)
	for len(r) > 0 && h.width(string(r)+"…") > most {
		r = r[:len(r)-1]
	}
	if len(r) == 0 {
		return ""
	}
	return strings.TrimRight(string(r), " ") + "…"
}
