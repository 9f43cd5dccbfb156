package reports

import (
	"bytes"
	"encoding/base64"
	"flag"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/weirbench/weir"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests get as what they want")

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if *rewrite {
		if err := put(filepath.Dir(name), filepath.Base(name), got); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test ./reports -rewrite writes it, git diff shows it). Got\n%s\nwant\n%s", name, got, want)
	}
}

// rendered is what one format makes of a result.
func rendered(t *testing.T, r *weir.Results, to func(io.Writer, *weir.Results) error) string {
	t.Helper()
	b, err := render(func(w io.Writer) error { return to(w, r) })
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func terminalAt(width int, utf8, color bool) func(io.Writer, *weir.Results) error {
	return func(w io.Writer, r *weir.Results) error {
		return Terminal(w, r, TerminalOptions{Width: width, UTF8: utf8, Color: color})
	}
}

var (
	cssPart  = regexp.MustCompile(`(?s)<style>.*?</style>`)
	svgPart  = regexp.MustCompile(`(?s)<svg.*?</svg>`)
	drawn    = regexp.MustCompile(`(?s)<(?:text|title|desc)[^>]*>(.*?)</(?:text|title|desc)>`)
	dataPart = regexp.MustCompile(`data:([a-z/+]+);base64,[A-Za-z0-9+/=]+`)
	tag      = regexp.MustCompile(`(?s)<[^>]*>`)
	blanks   = regexp.MustCompile(`[ \t]*\n\s*`)
)

// words are what a person reads on a page: its text, the words of figures in brackets, a line for each row or paragraph.
func words(page string) string {
	page = cssPart.ReplaceAllString(page, "")
	page = svgPart.ReplaceAllStringFunc(page, func(s string) string {
		var all []string
		for _, m := range drawn.FindAllStringSubmatch(s, -1) {
			all = append(all, m[1])
		}
		if len(all) == 0 {
			return ""
		}
		return "\n[" + strings.Join(all, " | ") + "]\n"
	})
	page = dataPart.ReplaceAllString(page, "data:$1")
	for _, block := range []string{"p", "li", "tr", "h1", "h2", "h3", "figure", "details", "summary", "dd", "section", "div"} {
		page = regexp.MustCompile(`</`+block+`>`).ReplaceAllString(page, "\n")
	}
	page = strings.NewReplacer("</td>", " ; ", "</th>", " ; ", "</dt>", ": ", "</span>", " ", "</b>", " ").Replace(page)
	page = html.UnescapeString(tag.ReplaceAllString(page, ""))
	return strings.TrimSpace(blanks.ReplaceAllString(page, "\n")) + "\n"
}

// What every format makes of each kind of run.
func TestGolden(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			golden(t, s.name+".terminal.txt", []byte(rendered(t, s.r, terminalAt(80, true, false))))
			golden(t, s.name+".summary.md", []byte(rendered(t, s.r, Markdown)))
			golden(t, s.name+".bench.txt", []byte(rendered(t, s.r, Bench)))
			golden(t, s.name+".page.txt", []byte(words(rendered(t, s.r, HTML))))
		})
	}
	golden(t, "pass.60-ascii.txt", []byte(rendered(t, passing(), terminalAt(60, false, false))))
	golden(t, "fail.60-ascii.txt", []byte(rendered(t, failing(), terminalAt(60, false, false))))
}

// The page as a whole, so that a change of it is looked at: the markup of the run that fails, without style and drawings.
func TestGoldenMarkup(t *testing.T) {
	page := rendered(t, failing(), HTML)
	page = cssPart.ReplaceAllString(svgPart.ReplaceAllString(page, "<svg/>"), "<style/>")
	page = dataPart.ReplaceAllString(page, "data:$1")
	golden(t, "fail.page.html", []byte(page))
}

// What can be downloaded from a page is what lies in the folder.
func TestDownloadsAreTheFiles(t *testing.T) {
	dir := t.TempDir()
	r := passing()
	if err := Write(dir, r); err != nil {
		t.Fatal(err)
	}
	page := html.UnescapeString(rendered(t, r, HTML))
	links := regexp.MustCompile(`href="data:[a-z/+]*;base64,([^"]*)" download="([^"]*)"`).FindAllStringSubmatch(page, -1)
	if want := 2*len(pictures(r)) + 1 + len(grids()); len(links) != want {
		t.Errorf("the page has %d downloads, want %d: two a figure, one of Table 1, and one of each table of the state", len(links), want)
	}
	for _, l := range links {
		got, err := base64.StdEncoding.DecodeString(l[1])
		if err != nil {
			t.Fatalf("%s: %v", l[2], err)
		}
		want, err := os.ReadFile(filepath.Join(dir, "figures", l[2]))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s in the page is not the file", l[2])
		}
	}
}
