package figures

import "fmt"

// A Timeline is Fig 3: a rate over time, and what happened. Without values it shows what happened alone.
type Timeline struct {
	Rate   Scale
	Time   Scale
	Mark   Mark
	Bin    float64   // seconds
	Values []float64 // by bin from 0
	Band   [2]float64
	Spans  []Span
	Faults []Event
	Phases []Event // where a phase of the input begins, and its name
}

// A Span of time that is shaded.
type Span struct {
	From, To float64
	Kind     SpanKind
	Text     string
}

// SpanKind tells spans apart.
type SpanKind int

const (
	CheckpointSpan SpanKind = iota
	AbortedSpan
	RestoreSpan
	ReplaySpan // its end is a dotted line
)

// An Event in time.
type Event struct {
	At   float64
	Text string
}

// crowd is how many checkpoints have room for a bar of full height each; more stand in a strip above the plot.
const crowd = 8

func (t Timeline) crowded() bool {
	n := 0
	for _, s := range t.Spans {
		if s.Kind == CheckpointSpan {
			n++
		}
	}
	return n > crowd
}

// Height is what a timeline needs.
func (t Timeline) Height(narrow bool) float64 {
	switch {
	case len(t.Values) == 0:
		return 168
	case narrow:
		return 280
	}
	return 300
}

// Draw the timeline.
func (t Timeline) Draw(size Size) Drawing {
	ch := newChart(size)
	ch.top = 66
	end := float64(len(t.Values)) * t.Bin
	most := t.Rate.of(t.Band[1])
	for _, v := range t.Values {
		most = max(most, t.Rate.of(v))
	}
	for _, s := range t.Spans {
		end = max(end, s.To)
	}
	for _, e := range t.Faults {
		end = max(end, e.At)
	}
	yt, top := linear(t.Rate, most, 4)
	if len(t.Values) == 0 {
		yt, top, ch.left = nil, 1, 6 // room for half of the first label
	}
	xt, _ := linear(t.Time, t.Time.of(end), int(max(3, size.W/100)))
	for len(xt) > 2 && xt[len(xt)-1].Value > t.Time.of(end) {
		xt = xt[:len(xt)-1]
	}
	ch.axis(&ch.p.X, xt, 0, t.Time.of(end), false)
	ch.axis(&ch.p.Y, yt, 0, top, false)
	ch.layer(func(f *frame) { t.spans(f) })
	ch.grid()
	ch.titles(t.Rate.Title, t.Time.Title)
	ch.layer(func(f *frame) { t.rate(f); t.phases(f) })
	ch.layer(func(f *frame) { t.labels(f) })
	return ch.drawing()
}

// across is where a span lies, at least 1 px wide.
func (t Timeline) across(f *frame, s Span) (from, to float64) {
	from, to = f.x(t.Time.of(s.From)), f.x(t.Time.of(s.To))
	return from, max(to, from+1)
}

func (t Timeline) spans(f *frame) {
	strip := t.crowded()
	if strip {
		f.line(solid(Grid, 1), xy{f.left, f.top - 8.5}, xy{f.right, f.top - 8.5})
	}
	for _, kind := range []SpanKind{RestoreSpan, CheckpointSpan, AbortedSpan} {
		for _, s := range t.Spans {
			if s.Kind != kind {
				continue
			}
			from, to := t.across(f, s)
			top, bottom := f.top, f.bottom
			if strip && kind != RestoreSpan {
				top, bottom = f.top-12, f.top-5
			}
			switch kind {
			case CheckpointSpan:
				f.rect(from, top, to-from, bottom-top, filled(Checkpoint), stroke{})
			case AbortedSpan:
				f.rect(from, top, to-from, bottom-top, filled(Paper), dashed(Muted, 1, 2, 2))
			case RestoreSpan:
				f.rect(from, top, to-from, bottom-top, filled(RestoreBack), stroke{})
			}
		}
	}
	if t.Band[1] > t.Band[0] {
		f.rect(f.left, f.y(t.Rate.of(t.Band[1])), f.right-f.left, f.y(t.Rate.of(t.Band[0]))-f.y(t.Rate.of(t.Band[1])), with(Muted, veiled), stroke{})
	}
}

func (t Timeline) rate(f *frame) {
	var line []xy
	for i, v := range t.Values {
		y := f.y(t.Rate.of(v))
		line = append(line, xy{f.x(t.Time.of(float64(i) * t.Bin)), y}, xy{min(f.right, f.x(t.Time.of(float64(i+1)*t.Bin))), y})
	}
	if len(line) > 0 {
		f.line(solid(t.Mark.bar(), 1.75), line...)
	}
}

// phases stand along the foot of the plot, as many names as there is room for.
func (t Timeline) phases(f *frame) {
	h, end := hand{colour: colour{Muted, halo}, size: 11}, 0.0
	for i, e := range t.Phases {
		x, to := f.x(t.Time.of(e.At)), f.right
		if i+1 < len(t.Phases) {
			to = f.x(t.Time.of(t.Phases[i+1].At))
		}
		f.line(solid(Muted, 1), xy{x, f.bottom - 12}, xy{x, f.bottom})
		if w := h.width(e.Text); x+4 >= end && w+8 <= to-x {
			f.write(h, xy{x + 4, f.bottom - 4}, 0, e.Text)
			end = x + 4 + w
		}
	}
}

// labels yield to each other: faults stand above all, then restores, what was replayed and checkpoints, as many as there is room for.
func (t Timeline) labels(f *frame) {
	var taken boxes
	t.faults(f, &taken)
	for _, kind := range []SpanKind{RestoreSpan, ReplaySpan} {
		for _, s := range t.Spans {
			if s.Kind == kind {
				t.beside(f, s, &taken)
			}
		}
	}
	if t.Band[1] > t.Band[0] {
		h := hand{colour: colour{Muted, halo}}
		text, y := "normal before the fault", f.y(t.Rate.of(t.Band[1]))-6
		if b := (box{f.right - h.width(text) - 4, y - 11, h.width(text) + 4, 14}); y > f.top+12 && !taken.hit(b) {
			taken.add(b)
			f.write(h, xy{f.right - 4, y}, 1, text)
		}
	}
	t.checkpoints(f, &taken)
}

func (t Timeline) faults(f *frame, taken *boxes) {
	bad := hand{colour: colour{Bad, halo}, bold: true}
	for _, e := range t.Faults {
		x := f.x(t.Time.of(e.At))
		f.line(solid(Bad, 1.75), xy{x, f.top - 34}, xy{x, f.bottom})
		text := bad.fit(e.Text, f.W-20)
		w := bad.width(text)
		at := x + 6
		if at+w > f.W {
			at = max(0, min(x-6-w, f.W-w))
		}
		if b := (box{at - 4, f.top - 38, w + 8, 14}); !taken.hit(b) {
			taken.add(b)
			f.write(bad, xy{at, f.top - 27}, 0, text)
		}
	}
}

// beside labels a restore inside its area or to its right, and what was replayed to the right of its end.
func (t Timeline) beside(f *frame, s Span, taken *boxes) {
	from, to := t.across(f, s)
	h, y, at := hand{colour: colour{Link, halo}, bold: true}, f.top+16, to+5
	if s.Kind == ReplaySpan {
		h, y = hand{colour: colour{Ink, halo}}, f.top+33
		f.line(dashed(Muted, 1, 2, 3), xy{to, f.top}, xy{to, f.bottom})
	}
	w := h.width(s.Text)
	switch {
	case s.Kind == RestoreSpan && w+8 <= to-from:
		at = (from + to - w) / 2
	case at+w > f.right:
		at = from - 5 - w
	}
	if at < f.left {
		return
	}
	if b := (box{at - 3, y - 11, w + 6, 14}); !taken.hit(b) {
		taken.add(b)
		f.write(h, xy{at, y}, 0, s.Text)
	}
}

// checkpoints are named above their bars; those in a strip are counted.
func (t Timeline) checkpoints(f *frame, taken *boxes) {
	h, n := hand{colour: Muted.plain()}, 0
	for _, s := range t.Spans {
		if s.Kind == CheckpointSpan {
			n++
		}
	}
	if t.crowded() {
		text := fmt.Sprintf("%d checkpoints", n)
		if b := (box{f.right - h.width(text) - 4, f.top - 30, h.width(text) + 4, 14}); !taken.hit(b) {
			f.write(h, xy{f.right, f.top - 17}, 1, text)
		}
		return
	}
	for _, kind := range []SpanKind{AbortedSpan, CheckpointSpan} {
		for _, s := range t.Spans {
			if s.Kind != kind {
				continue
			}
			from, to := t.across(f, s)
			text := h.fit(s.Text, f.W/3)
			w := h.width(text)
			at := min(max((from+to)/2-w/2, f.left), f.right-w)
			if b := (box{at - 3, f.top - 18, w + 6, 12}); !taken.hit(b) {
				taken.add(b)
				f.write(h, xy{at, f.top - 7}, 0, text)
			}
		}
	}
}
