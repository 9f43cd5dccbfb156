package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weirbench/weir"
)

const (
	pageMax = 2 << 20
	attrs   = `(?i)\b(?:href|src|srcset|action|formaction|poster|data|cite|background|ping|manifest|xlink:href)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)`
)

var (
	reference = regexp.MustCompile(attrs)
	loads     = regexp.MustCompile(`(?i)<(?:script|iframe|object|embed|img|image|audio|video|source|base|form|use)\b|@import|url\(|expression\(|<meta[^>]*refresh|\bon[a-z]+\s*=\s*["']`)
	carried   = regexp.MustCompile(`"data:[^"]*"`)
	elements  = regexp.MustCompile(`(?s)<[a-zA-Z/!][^>]*>`)
)

// asks finds what in a page could make a browser ask a network, or run a script: elements that load, references that leave the page and the
// run folder. Text between elements is none of it.
func asks(page string) (found []string) {
	page = carried.ReplaceAllString(page, `"data:,"`)
	for _, e := range append(elements.FindAllString(page, -1), cssPart.FindAllString(page, -1)...) {
		if m := loads.FindString(e); m != "" {
			found = append(found, m)
		}
		if strings.Contains(e, "http-equiv") {
			continue
		}
		for _, m := range reference.FindAllStringSubmatch(e, -1) {
			to := strings.Trim(m[1], `"'`)
			if !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "data:") && (strings.Contains(to, ":") || strings.HasPrefix(to, "/") || strings.HasPrefix(to, "..")) {
				found = append(found, to)
			}
		}
	}
	return found
}

func TestAsksCanFail(t *testing.T) {
	for _, bad := range []string{`<a href="https://example.org">x</a>`, `<a href=//example.org>x</a>`, `<link rel="stylesheet" href='http://example.org/a.css'>`, `<img src="a.png">`, `<script>1</script>`, `<style>@import "a.css"</style>`,
		`<style>a{background:url(a.png)}</style>`, `<p onclick="x()">`, `<a href="javascript:alert(1)">`, `<svg><use xlink:href="http://a"/></svg>`, `<a href="../../other">`, `<meta http-equiv="refresh" content="0">`, `<form action="x">`} {
		if len(asks(bad)) == 0 {
			t.Errorf("%s asks for nothing", bad)
		}
	}
	for _, good := range []string{`<a href="#main">x</a>`, `<a href="cells/a/linearizability.html">`, `<a href="data:text/csv;base64,QQ==" download="a.csv">`, `<p>see https://example.org and &lt;script&gt;</p>`, `<link rel="icon" href="data:,">`} {
		if got := asks(good); len(got) > 0 {
			t.Errorf("%s asks for %q", good, got)
		}
	}
}

// A page asks the network for nothing, whatever a run is called, and says so to the browser.
func TestPagesAskForNothing(t *testing.T) {
	for _, s := range samples() {
		page := rendered(t, s.r, HTML)
		for _, a := range asks(page) {
			t.Errorf("%s: the page asks for %q", s.name, a)
		}
		if strings.Contains(strings.ReplaceAll(page, "http-equiv", ""), "http") && s.name != "hostile" {
			i := strings.Index(strings.ReplaceAll(page, "http-equiv", ""), "http")
			t.Errorf("%s: the page speaks of http: %.80q", s.name, page[max(0, i-20):])
		}
		if !strings.Contains(page, `http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline';img-src data:;base-uri 'none';form-action 'none'"`) {
			t.Errorf("%s: the page lets the browser ask", s.name)
		}
		if strings.Contains(page, "ZgotmplZ") && s.name != "hostile" {
			t.Errorf("%s: the template refused something of ours", s.name)
		}
	}
}

// Pages and summaries are small, whatever ran, and say what they left out.
func TestSizes(t *testing.T) {
	for _, s := range samples() {
		if n := len(rendered(t, s.r, HTML)); n >= pageMax {
			t.Errorf("%s: the page has %d bytes, want less than %d", s.name, n, pageMax)
		}
		if n := len(rendered(t, s.r, Markdown)); n > markdownMax {
			t.Errorf("%s: the summary has %d bytes, want at most %d", s.name, n, markdownMax)
		}
	}
	big := immense()
	page, md := rendered(t, big, HTML), rendered(t, big, Markdown)
	if n := len(page); n >= pageMax {
		t.Errorf("immense: the page has %d bytes, want less than %d", n, pageMax)
	}
	if n := len(md); n > markdownMax {
		t.Errorf("immense: the summary has %d bytes, want at most %d", n, markdownMax)
	}
	for _, a := range asks(page) {
		t.Errorf("immense: the page asks for %q", a)
	}
	if !strings.Contains(page, `<a href="figures/table1-cells.csv" download="table1-cells.csv">`) {
		t.Error("the page does not link to the file that is too large for it")
	}
	if !strings.Contains(page, "more cells stand in results.json alone") {
		t.Error("the page does not say that cells are left out")
	}
	if !strings.Contains(md, "cells more: see report.html") || !strings.Contains(md, "fail: linearizability") {
		t.Error("the summary does not say that cells are left out, or what is wrong does not stand first")
	}
}

// A cell that is wrong or undecided has no number, in no format, though the results had some.
func TestWrongCellsHaveNoNumbers(t *testing.T) {
	r := failing()
	forms := map[string]string{"terminal": rendered(t, r, terminalAt(80, true, false)), "summary": rendered(t, r, Markdown), "bench": rendered(t, r, Bench), "page": words(rendered(t, r, HTML))}
	for _, p := range pictures(r) {
		forms[p.name] = words(p.wide.File(p.title, p.how)) + p.csv()
	}
	forms["table"] = tableFile(rows(r)).csv()
	for form, text := range forms {
		for _, n := range []string{"987", "98.7", "98.8", "87.6", "87.7", "765", "729.9", "730"} {
			if i := strings.Index(text, n); i >= 0 {
				t.Errorf("%s shows %q: %q", form, n, text[max(0, i-40):min(len(text), i+40)])
			}
		}
	}
	for i := range r.Cells { // the same numbers are shown once the verdict is pass
		r.Cells[i].Verdict = "pass"
	}
	if text := rendered(t, r, terminalAt(80, true, false)); !strings.Contains(text, "98.8") {
		t.Errorf("the numbers are not shown of a cell that passed:\n%s", text)
	}
}

// A failing page opens with the story and the line that reproduces it; the rest is closed. It links to porcupine's page.
func TestFailingPageOpensWithTheStory(t *testing.T) {
	page := rendered(t, failing(), HTML)
	last := -1
	for _, part := range []string{"VIOLATION", "Key ATL went back in time</h2>", "Expected</h3>", "42 or 43", "Seen</h3>", ">39<", "Reproduce it", "weir run demo --seed 7</pre>", `<figure id="figA-value">`, "A hint, not a verdict", `<figure id="figB-operations">`, "The rest of the run", "<summary>Cells", "<summary>Checks"} {
		i := strings.Index(page[last+1:], part)
		if i < 0 {
			t.Fatalf("the page has no %q behind %.60q", part, page[max(0, last):])
		}
		last += 1 + i
	}
	if !strings.Contains(page, `<a href="cells/pebble.100ms/rep-01/linearizability.html">`) {
		t.Error("no link to porcupine's page")
	}
	if rest := page[strings.Index(page, "The rest of the run"):]; regexp.MustCompile(`<details class="rest" open`).MatchString(rest) {
		t.Error("the rest is open")
	}
	if !strings.Contains(page, "planted bug <b>offset-too-far</b>") {
		t.Error("the page does not say that the bug was planted")
	}
}

// An undecided page says first what was not exercised.
func TestUndecidedPageSaysWhatIsOpen(t *testing.T) {
	page := rendered(t, undecided(), HTML)
	at := strings.Index(page, "not exercised: fault 1 of the plan never struck")
	if table := strings.Index(page, "Table 1"); at < 0 || at > table {
		t.Errorf("what was not exercised stands at %d, the table at %d", at, table)
	}
	if !strings.Contains(strings.Join(strings.Fields(words(page)), " "), "pebble 500ms: nothing was judged: the cell did not run to an end") {
		t.Error("a cell that did not run is not told of")
	}
}

// What was skipped stands with the reason and the remedy, a debug build is marked and has no rank, thresholds say met or not met.
func TestEverythingIsAccountedFor(t *testing.T) {
	for form, text := range map[string]string{"page": words(rendered(t, debugged(), HTML)), "summary": rendered(t, debugged(), Markdown), "terminal": rendered(t, debugged(), terminalAt(80, true, false))} {
		text = strings.ReplaceAll(strings.Join(strings.Fields(text), " "), `\`, "")
		for _, want := range []string{"not compiled in", "build with CGO_ENABLED=1 and -tags speedb; see weir doctor", "speedb 100ms, speedb 500ms", "rocksdb (debug build)", "not ranked"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in %s", form, want, text)
			}
		}
	}
	for _, x := range rows(debugged()) {
		if x.Backend == "rocksdb" && x.Rank != 0 || x.Backend == "heap" && x.Rank != 1 {
			t.Errorf("%s has rank %d", x.Name, x.Rank)
		}
	}
	for form, text := range map[string]string{"page": words(rendered(t, undecided(), HTML)), "summary": rendered(t, undecided(), Markdown), "terminal": rendered(t, undecided(), terminalAt(80, true, false))} {
		if !strings.Contains(text, "✗ not met") || !strings.Contains(text, "✓ met") {
			t.Errorf("%s does not say which threshold is met and which not:\n%s", form, text)
		}
	}
}

// Hostile names stay text: no element of theirs in a page, no cell of theirs in a table of Markdown, no escape in a terminal.
func TestHostileNamesStayText(t *testing.T) {
	page := rendered(t, hostile(), HTML)
	for _, e := range elements.FindAllString(page, -1) {
		if strings.Contains(e, "alert") && !strings.HasPrefix(e, "<svg") {
			t.Errorf("an element of theirs: %.200q", e)
		}
	}
	if strings.Contains(page, "javascript:") {
		t.Error("a link that runs a script")
	}
	md := rendered(t, hostile(), Markdown)
	if strings.Contains(regexp.MustCompile("(?m)^    .*$|`[^`\n]*`").ReplaceAllString(md, ""), "<script") { // within code it is text
		t.Error("an element in the summary")
	}
	head := 0
	for l := range strings.Lines(md) {
		switch n := strings.Count(strings.ReplaceAll(l, `\|`, ""), "|"); {
		case !strings.HasPrefix(l, "|"):
			head = 0
		case head == 0:
			head = n
		case n != head:
			t.Errorf("a row has %d bars, its head %d: %s", n, head, l)
		}
		if strings.HasPrefix(l, "#") && strings.Contains(l, "[a](") {
			t.Errorf("a heading of theirs: %s", l)
		}
	}
	for name, text := range map[string]string{"terminal": rendered(t, hostile(), terminalAt(80, true, false)), "summary": md, "bench": rendered(t, hostile(), Bench), "page": page} {
		if strings.ContainsAny(text, "\x1b\u202e") {
			t.Errorf("%s: a character that drives a terminal", name)
		}
	}
}

// A report is files in a folder, each whole; writing it again leaves the same.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		if err := Write(filepath.Join(dir, "a"), failing()); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"report.html", "summary.md", "results.json", "results.bench.txt", "figures/table1-cells.csv", "figures/fig01-pareto.svg", "figures/fig02-recovery.svg", "figures/fig02-recovery.csv", "figures/fig03a-time.svg", "figures/figA-value.svg", "figures/figB-operations.csv"} {
		if st, err := os.Stat(filepath.Join(dir, "a", filepath.FromSlash(name))); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
		if strings.HasSuffix(path, ".tmp") {
			t.Errorf("%s is left", path)
		}
		return nil
	})
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(dir, "file"), passing()); err == nil {
		t.Error("a report was written into a file")
	}
	back, err := weir.ReadResults(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := rendered(t, back, HTML), rendered(t, failing(), HTML); got != want {
		t.Error("the report of results that were read back differs")
	}
}

// The index lists the runs that have results, newest first, and nothing of theirs becomes an element.
func TestIndex(t *testing.T) {
	dir := t.TempDir()
	for i, r := range []*weir.Results{passing(), hostile(), undecided()} {
		if err := Write(filepath.Join(dir, fmt.Sprintf("2026112%dT000000Z", i)), r); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "broken"), 0o755), os.WriteFile(filepath.Join(dir, "broken", "results.json"), []byte("{"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := Index(dir); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	var order []string
	for _, m := range regexp.MustCompile(`href="([^"]*)/report\.html"`).FindAllStringSubmatch(page, -1) {
		order = append(order, m[1])
	}
	if got := strings.Join(order, " "); got != "20261122T000000Z 20261121T000000Z 20261120T000000Z" {
		t.Errorf("the index has %s", got)
	}
	if got := asks(page); len(got) > 0 || strings.Contains(page, "<script") {
		t.Errorf("the index asks for %q", got)
	}
	for _, want := range []string{"✓ OK", "✗ VIOLATION", "? UNDECIDED"} {
		if !strings.Contains(page, want) {
			t.Errorf("the index has no %q", want)
		}
	}
}
