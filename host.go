package weir

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// versions are those of the modules that this binary was built from.
func (m *Machine) versions() {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, d := range info.Deps {
		switch d.Path {
		case "github.com/cockroachdb/pebble/v2":
			m.Pebble = d.Version
		case "github.com/anishathalye/porcupine":
			m.Checker = d.Version
		}
	}
	dirty := ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			m.Commit = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "+dirty"
			}
		}
	}
	if m.Commit != "" {
		m.Commit += dirty
	}
}

// fileSystem is the kind of file system that a folder lies on, by the longest mount point above it; "" where that cannot be known.
func fileSystem(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return ""
	}
	b, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return ""
	}
	best, kind := "", ""
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		if at := f[1]; len(at) >= len(best) && (at == "/" || abs == at || strings.HasPrefix(abs, at+"/")) {
			best, kind = at, f[2]
		}
	}
	return kind
}
