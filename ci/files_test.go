package ci

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
)

// short: a file is a chapter. Tests may be longer.
func short(t *tree) (found []finding) {
	for _, r := range t.rooms {
		for _, f := range r.files {
			if n := bytes.Count(f.src, []byte("\n")); !f.test && n > t.lines {
				found = append(found, t.at(f.ast.Package, "short", "%d lines, at most %d", n, t.lines))
			}
		}
	}
	return found
}

// documented: every room has a doc.go of three paragraphs: what lives here, what does not, how to add one. A main says it in main.go.
func documented(t *tree) (found []finding) {
	for _, r := range t.rooms {
		if !slices.ContainsFunc(r.files, func(f *file) bool { return !f.test }) {
			continue
		}
		i := slices.IndexFunc(r.files, func(f *file) bool {
			return path.Base(f.path) == "doc.go" || path.Base(f.path) == "main.go" && r.name == "main"
		})
		if i < 0 {
			found = append(found, t.at(r.files[0].ast.Package, "doc", "%s has no doc.go", name(r.path)))
			continue
		}
		f := r.files[i]
		if n := len(strings.Split(strings.TrimSpace(f.ast.Doc.Text()), "\n\n")); f.ast.Doc == nil || n < 3 {
			found = append(found, t.at(f.ast.Package, "doc", "%s is told in %d paragraphs; want what lives here, what does not, how to add one", name(r.path), n))
		}
	}
	return found
}

// named: nothing is called after being useful.
func named(t *tree) (found []finding) {
	for _, r := range t.rooms {
		for _, f := range r.files {
			for _, word := range []string{"util", "common", "manager", "helper"} {
				if strings.Contains(r.name, word) || strings.Contains(path.Base(f.path), word) {
					found = append(found, t.at(f.ast.Package, "named", "%q says nothing of what is in it", word))
				}
			}
		}
	}
	return found
}

// words: no path of one machine, and nothing put off, in any text file. The patterns are put together so that they do not find themselves.
func words(t *tree) (found []finding) {
	local := regexp.MustCompile(`(^|[^\w.$}*/-])/(wo` + `rk|ro` + `ot|ho` + `me)/\w`)
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)
	t.walk(func(file string, src []byte) error {
		for i, line := range strings.Split(string(src), "\n") {
			if s := local.FindString(line); s != "" {
				found = append(found, finding{file, i + 1, "words", "the path of one machine: " + strings.TrimSpace(s) + "…"})
			}
			if s := later.FindString(line); s != "" {
				found = append(found, finding{file, i + 1, "words", s + ": do it, or write an issue"})
			}
		}
		return nil
	})
	return found
}
