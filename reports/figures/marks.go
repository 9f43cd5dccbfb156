package figures

import "fmt"

// A Mark codes a cell the same way in every figure, table and legend: colour is the backend, shape the snapshot (circle full, triangle
// incremental), fill the changelog (solid on, outline off).
type Mark struct {
	Backend     Token // Heap, Pebble, RocksDB; Ink for any other, and in a legend
	Incremental bool
	Changelog   bool
	Unknown     bool // never ranked: a grey dashed outline with a question mark, whatever the rest says
}

// ink is the colour of a label beside the mark.
func (m Mark) ink() Token {
	if m.Unknown {
		return Muted
	}
	switch m.Backend {
	case Heap:
		return HeapInk
	case Pebble:
		return PebbleInk
	case RocksDB:
		return RocksDBInk
	}
	return Ink
}

// triangle's corners around a point; its radius is larger so that it looks as large as a circle.
func triangle(at xy, r float64) []xy {
	r *= 1.28
	return []xy{{at.x, at.y - r}, {at.x + .87*r, at.y + .5*r}, {at.x - .87*r, at.y + .5*r}}
}

// mark draws a Mark of radius r.
func (s *sheet) mark(m Mark, at xy, r float64) {
	fill, st := filled(Paper), solid(m.Backend, 1.75)
	switch {
	case m.Unknown:
		s.circle(at, r, fill, dashed(Muted, 1.25, 2.5, 2))
		h := hand{colour: Muted.plain(), bold: true, size: r * 1.9}
		s.write(h, xy{at.x, at.y + r*.68}, .5, "?")
		return
	case m.Changelog:
		fill, st = filled(m.Backend), solid(Paper, 1)
	}
	if m.Incremental {
		s.polygon(fill, st, triangle(at, r)...)
	} else {
		s.circle(at, r, fill, st)
	}
}

// Icon is a mark for tables and legends, as SVG of a number of px.
func (m Mark) Icon(size int) string {
	open := fmt.Sprintf(`<svg class="mk" viewBox="0 0 16 16" width="%d" height="%d" aria-hidden="true" focusable="false">`, size, size)
	look := fmt.Sprintf(`fill="var(--paper)" stroke="%s" stroke-width="1.75"`, m.Backend.Var())
	if m.Changelog {
		look = fmt.Sprintf(`fill="%s"`, m.Backend.Var())
	}
	switch {
	case m.Unknown:
		return open + `<circle cx="8" cy="8" r="6.2" fill="none" stroke="var(--muted)" stroke-width="1.25" stroke-dasharray="2.5 2"/>` +
			`<text x="8" y="11.4" text-anchor="middle" font-size="9.5" font-weight="700" fill="var(--muted)">?</text></svg>`
	case m.Incremental:
		return open + `<path d="M8 2.2L14.2 13L1.8 13Z" stroke-linejoin="round" ` + look + `/></svg>`
	}
	return open + `<circle cx="8" cy="8" r="5.2" ` + look + `/></svg>`
}

// bar is the colour of a cell's bars.
func (m Mark) bar() Token {
	if m.Unknown {
		return Muted
	}
	return m.Backend
}
