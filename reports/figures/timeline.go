package figures

// A Timeline is Fig 3: a rate over time, and what happened.
type Timeline struct {
	Rate   Scale
	Time   Scale
	Mark   Mark
	Bin    float64   // seconds
	Values []float64 // by bin from 0
	Band   [2]float64
	Spans  []Span
	Faults []Event
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
)

// An Event in time.
type Event struct {
	At   float64
	Text string
}

// Draw the timeline.
func (t Timeline) Draw(size Size) Drawing {
	ch := newChart(size)
	ch.top = 54
	end := float64(len(t.Values)) * t.Bin
	most := t.Rate.of(t.Band[1])
	for _, v := range t.Values {
		most = max(most, t.Rate.of(v))
	}
	for _, s := range t.Spans {
		end = max(end, s.To)
	}
	yt, top := linear(t.Rate, most, 4)
	xt, _ := linear(t.Time, t.Time.of(end), int(max(3, size.W/100)))
	for len(xt) > 2 && xt[len(xt)-1].Value > t.Time.of(end) {
		xt = xt[:len(xt)-1]
	}
	ch.axis(&ch.p.X, xt, 0, t.Time.of(end), false)
	ch.axis(&ch.p.Y, yt, 0, top, false)
	ch.layer(func(f *frame) { t.spans(f) })
	ch.grid()
	ch.titles(t.Rate.Title, t.Time.Title)
	ch.layer(func(f *frame) { t.rate(f) })
	ch.layer(func(f *frame) { t.labels(f) })
	return ch.drawing()
}

func (t Timeline) spans(f *frame) {
	for _, kind := range []SpanKind{CheckpointSpan, AbortedSpan, RestoreSpan} {
		for _, s := range t.Spans {
			if s.Kind != kind {
				continue
			}
			from, to := f.x(t.Time.of(s.From)), f.x(t.Time.of(s.To))
			to = max(to, from+1)
			switch kind {
			case CheckpointSpan:
				f.rect(from, f.top, to-from, f.bottom-f.top, filled(Checkpoint), stroke{})
			case AbortedSpan:
				f.rect(from, f.top, to-from, f.bottom-f.top, nil, dashed(Axis, 1, 2, 2))
			case RestoreSpan:
				f.rect(from, f.top, to-from, f.bottom-f.top, filled(RestoreBack), stroke{})
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

// labels yield to each other: faults stand above all, checkpoints and restores below them, as many as there is room for.
func (t Timeline) labels(f *frame) {
	var taken boxes
	bad := hand{colour: Bad.plain(), bold: true}
	for _, e := range t.Faults {
		x := f.x(t.Time.of(e.At))
		f.line(solid(Bad, 1.75), xy{x, f.top - 26}, xy{x, f.bottom})
		text := bad.fit(e.Text, f.W-20)
		w := bad.width(text)
		at := x + 6
		if at+w > f.W {
			at = max(0, min(x-6-w, f.W-w))
		}
		if b := (box{at, f.top - 30, w, 14}); !taken.hit(b) {
			taken.add(box{at - 4, b.y, w + 8, 14})
			f.write(bad, xy{at, f.top - 19}, 0, text)
		}
	}
	for _, kind := range []SpanKind{RestoreSpan, AbortedSpan, CheckpointSpan} {
		for _, s := range t.Spans {
			if s.Kind == kind {
				t.label(f, s, &taken)
			}
		}
	}
}

func (t Timeline) label(f *frame, s Span, taken *boxes) {
	h := hand{colour: Muted.plain()}
	switch s.Kind {
	case RestoreSpan:
		h = hand{colour: Link.plain(), bold: true}
	case AbortedSpan:
		h.Token = Ink
	}
	w := h.width(s.Text)
	at := min(max((f.x(t.Time.of(s.From))+f.x(t.Time.of(s.To)))/2-w/2, f.left), f.right-w)
	if b := (box{at - 3, f.top - 14, w + 6, 12}); !taken.hit(b) {
		taken.add(b)
		f.write(h, xy{at, f.top - 5}, 0, s.Text)
	}
}
