package weir

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// Examine tells what machine this is and what this binary was made of; dir is where runs would be written.
func Examine(dir string) Machine { return machine(dir) }

// machine is where this process runs.
func machine(out string) Machine {
	m := Machine{Cores: runtime.NumCPU(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				m.CPU = strings.TrimSpace(v)
				break
			}
		}
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kb int64
		fmt.Sscanf(string(b), "MemTotal: %d kB", &kb)
		m.Memory = kb << 10
	}
	if b, err := os.ReadFile("/etc/os-release"); err == nil {
		for line := range strings.Lines(string(b)) {
			if v, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
				m.OS = strings.Trim(strings.TrimSpace(v), `"`) + " " + runtime.GOARCH
			}
		}
	}
	if b, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"); err == nil {
		m.Governor = strings.TrimSpace(string(b))
	}
	m.Disk = fileSystem(out)
	m.Free, _ = freeBytes(existing(out))
	m.versions()
	host, _ := os.Hostname()
	var h uint32 = 2166136261
	for _, c := range []byte(m.CPU + m.OS + host) {
		h = (h ^ uint32(c)) * 16777619
	}
	m.ID = fmt.Sprintf("%08x", h)
	return m
}

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

// existing is the folder that is there, at or above the one that will be made.
func existing(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "."
	}
	for {
		if _, err := os.Stat(abs); err == nil || abs == filepath.Dir(abs) {
			return abs
		}
		abs = filepath.Dir(abs)
	}
}
