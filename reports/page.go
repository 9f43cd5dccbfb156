package reports

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/weirbench/weir"
	"github.com/weirbench/weir/reports/figures"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

func styles() string { return figures.Sheet() + pageCSS }

// HTML writes the page: one file of less than 2 MB that asks the network for nothing and needs no script. What there is no room for is
// counted, and stands in results.json.
func HTML(w io.Writer, r *weir.Results) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"sign": sign, "word": word, "class": class, "clip": clip, "title": title, "reason": reason, "spelled": spelled, "counted": counted, "metric": metricValue, "several": several,
		"rate": func(v float64) string { return fmt.Sprintf("%.0f", v) },
		"icon": func(c *weir.CellResult, px int) template.HTML { return template.HTML(mark(c).Icon(px)) },
		"hue":  hue, "hyphens": hyphens, "group": figures.Group,
	}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return t.Execute(w, view(r))
}

// A page is what the template sees.
type page struct {
	*weir.Results
	CSS      template.CSS
	Choice   choice
	Chips    []chip
	Story    *toldStory
	Again    string // the command that makes the violation again
	Table    table
	Fig1     *fig
	Fig2     *fig
	Time     []*fig // Fig 3
	Asked    []*fig // Fig 10 and 11
	Grids    []grid // Table 3 to 6
	Seen     []*fig // Fig A and B
	Keys     []legend
	Backends []backendKey
	Unranked bool
	Grounds  string
	Limits   []string
	Matrix   matrix
	Open     []openCheck
	Bounds   []weir.ThresholdResult
	NotMet   int
	Skipping []skippedGroup
	Sims     []simRow
	Left     []string // what there was no room for
}

// A fig is a figure in the page.
type fig struct {
	ID, No, Title, How, Note string
	Wide, Narrow             template.HTML
	Head                     []string
	Rows                     [][]string
	More                     int // rows that are in the CSV alone
	CSV, SVG                 template.URL
	Name                     string
}

// A backendKey is the colour of a backend whose cells are ranked.
type backendKey struct{ Hue, Name string }

// A legend is one phase of Fig 2.
type legend struct {
	Color     template.CSS
	Name, Doc string
}

// cellsMax, linesMax and settingsMax bound the page.
const (
	cellsMax    = 200
	linesMax    = 120
	settingsMax = 300
)

func view(r *weir.Results) *page {
	all := rows(r)
	p := &page{Results: r, CSS: template.CSS(styles()), Choice: choose(r), Chips: chips(r), Story: mainStory(r), Table: tableOf(r, all), Grounds: grounds(r), Limits: limits(r), Matrix: matrixOf(r), Open: openChecks(r),
		Bounds: notMetFirst(r.Thresholds), Skipping: skipped(r), Sims: simRows(r)}
	if p.Story != nil {
		if p.Again = clip(p.Story.Reproduce, 4000); p.Again == "" {
			p.Again = clip(r.Command, 4000)
		}
	}
	for _, x := range pictures(r) {
		p.place(x)
	}
	for _, make := range grids() {
		if g, _, ok := make(measured(all)); ok {
			p.Grids = append(p.Grids, g)
		}
	}
	if p.Fig2 != nil {
		p.Keys = phaseLegend(all)
	}
	for _, t := range p.Bounds {
		p.NotMet += btoi(!t.Met)
	}
	for _, x := range measured(all) {
		key := backendKey{hue(x.CellResult), x.Backend}
		p.Unranked = p.Unranked || !x.Ranked
		if x.Ranked && !slices.Contains(p.Backends, key) {
			p.Backends = append(p.Backends, key)
		}
	}
	slices.SortFunc(p.Backends, func(a, b backendKey) int { return strings.Compare(a.Name, b.Name) })
	p.cut()
	return p
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// place puts a picture where the template looks for it.
func (p *page) place(x picture) {
	f := &fig{ID: x.name, No: x.no, Title: x.title, How: x.how, Note: x.note, Name: x.name, Head: x.head, Rows: x.rows}
	part := ""
	if x.no == "Fig B" { // in print, the narrow drawing beside its table
		part = "part "
	}
	f.Wide = template.HTML(x.wide.Inline(x.name+"-w", part+"vw", x.title, x.how))
	f.Narrow = template.HTML(x.narrow.Inline(x.name+"-n", part+"vn", x.title, x.how))
	f.CSV = data(x.name+".csv", "text/csv", x.csv())
	f.SVG = data(x.name+".svg", "image/svg+xml", x.wide.File(x.title, x.how))
	if n := len(f.Rows); n > linesMax {
		f.Rows, f.More = f.Rows[:linesMax], n-linesMax
	}
	switch x.no {
	case "Fig 1":
		f.ID, p.Fig1 = "fig1", f
	case "Fig 2":
		f.ID, p.Fig2 = "fig2", f
	case "Fig 10", "Fig 11":
		p.Asked = append(p.Asked, f)
	case "Fig A", "Fig B":
		p.Seen = append(p.Seen, f)
	default:
		p.Time = append(p.Time, f)
	}
}

// embedMax is the largest file that a page carries, in bytes.
const embedMax = 48 << 10

// data is a file inside the page; one that is too large is linked where it lies in the run folder.
func data(name, kind, text string) template.URL {
	if len(text) > embedMax {
		return template.URL("figures/" + name)
	}
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString([]byte(text)))
}

// phaseLegend are the phases that occur, in order of time.
func phaseLegend(all []row) (keys []legend) {
	for _, k := range phaseKeys() {
		if slices.ContainsFunc(all, func(x row) bool {
			return slices.ContainsFunc(x.Phases, func(ph weir.Phase) bool { return ph.Name == k.Name })
		}) {
			keys = append(keys, legend{template.CSS("background:" + k.Token.Var()), k.Name, k.Doc})
		}
	}
	return keys
}

// cut keeps the page small, and says what it left out.
func (p *page) cut() {
	left := func(n, most int, what string) int {
		if n > most {
			p.Left = append(p.Left, fmt.Sprintf("%d more %s stand in results.json alone.", n-most, what))
			return most
		}
		return n
	}
	p.Table.Rows = p.Table.Rows[:left(len(p.Table.Rows), cellsMax, "cells")]
	p.Sims = p.Sims[:min(len(p.Sims), cellsMax)]
	p.Matrix.Rows = p.Matrix.Rows[:min(len(p.Matrix.Rows), cellsMax)]
	p.Matrix.Reasons = p.Matrix.Reasons[:left(len(p.Matrix.Reasons), 3*cellsMax, "reasons of checks")]
	p.Open = p.Open[:left(len(p.Open), linesMax, "checks that did not pass")]
	p.Bounds = p.Bounds[:left(len(p.Bounds), cellsMax, "thresholds")]
	p.Skipping = p.Skipping[:left(len(p.Skipping), cellsMax, "reasons for skipping")]
	settings := *p.Results // what is shown is cut, not the results
	settings.Config = settings.Config[:left(len(settings.Config), settingsMax, "settings")]
	settings.Warnings = settings.Warnings[:left(len(settings.Warnings), linesMax, "warnings")]
	p.Results = &settings
}

// hue is the class that gives a cell its backend's colour.
func hue(c *weir.CellResult) string {
	if !c.Ranked {
		return "u"
	}
	switch c.Backend {
	case "heap":
		return "h"
	case "pebble":
		return "p"
	case "rocksdb":
		return "r"
	}
	return "o"
}

// Versions are what the run was made with.
func (p *page) Versions() string {
	var parts []string
	for _, v := range [][2]string{{"weir", p.Machine.Commit}, {"", p.Machine.Go}, {"Pebble", p.Machine.Pebble}, {"RocksDB", p.Machine.RocksDB}, {"porcupine", p.Machine.Checker}} {
		if v[1] != "" {
			parts = append(parts, strings.TrimSpace(v[0]+" "+clip(v[1], 60)))
		}
	}
	return strings.Join(parts, " · ")
}

// Of is the value of a setting that all cells share, "" when there is none.
func (p *page) Of(key string) string {
	for _, s := range p.Config {
		if s.Key == key {
			return clip(s.Value, 200)
		}
	}
	return ""
}

// Memory is that of the machine.
func (p *page) Memory() string {
	if p.Machine.Memory <= 0 {
		return ""
	}
	return size(float64(p.Machine.Memory))
}
