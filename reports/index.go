package reports

import (
	_ "embed"
	"html/template"
	"io"
	"path/filepath"
	"slices"

	"github.com/weirbench/weir"
)

//go:embed index.html
var indexHTML string

// An indexRow is one run in the index.
type indexRow struct {
	*weir.Results
	Folder string
}

// Index writes index.html of a folder of runs: every run with its verdict, newest first. A folder without readable results is left out.
func Index(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*", "results.json"))
	if err != nil {
		return err
	}
	slices.Sort(files)
	slices.Reverse(files)
	var all []indexRow
	for _, f := range files {
		folder := filepath.Base(filepath.Dir(f))
		if folder == "latest" {
			continue
		}
		if r, err := weir.ReadResults(filepath.Dir(f)); err == nil {
			all = append(all, indexRow{r, folder})
		}
	}
	t, err := template.New("index").Funcs(template.FuncMap{"sign": sign, "word": word, "class": class, "clip": clip}).Parse(indexHTML)
	if err != nil {
		return err
	}
	page, err := render(func(w io.Writer) error {
		return t.Execute(w, map[string]any{"CSS": template.CSS(styles()), "Runs": all})
	})
	if err != nil {
		return err
	}
	return put(dir, "index.html", page)
}
