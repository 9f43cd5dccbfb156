package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weirbench/weir"
)

func (a *app) versionCmd() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "What this binary was made of",
		Args:  none,
		RunE: func(*cobra.Command, []string) error {
			m := weir.Examine(".")
			rows := [][2]string{{"weir", Version}, {"commit", orElse(m.Commit, "unknown")}, {"go", m.Go}, {"platform", runtime.GOOS + "/" + runtime.GOARCH},
				{"pebble", orElse(m.Pebble, "none")}, {"porcupine", orElse(m.Checker, "none")}}
			for _, b := range a.catalog.Backends {
				if b.Status != nil && b.Name != "pebble" {
					if s := b.Status(); s.Available && s.Version != "" {
						rows = append(rows, [2]string{b.Name, debugVersion(s)})
					}
				}
			}
			if asJSON {
				object := map[string]string{}
				for _, r := range rows {
					object[r[0]] = r[1]
				}
				return a.printed(json.NewEncoder(a.out).Encode(object))
			}
			return a.printed(a.table(rows))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func debugVersion(s weir.Status) string {
	if s.Debug {
		return s.Version + " (debug build)"
	}
	return s.Version
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (a *app) doctorCmd() *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "What this machine and this build can do, and what is missing",
		Args:  none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.valid(cmd); err != nil {
				return err
			}
			return a.examine(&f)
		},
	}
	f.outFlag(cmd)
	f.requireFlag(cmd)
	return cmd
}

func (a *app) examine(f *flags) error {
	m := weir.Examine(f.out)
	disk := orElse(m.Disk, "unknown file system")
	if m.Free > 0 {
		disk += fmt.Sprintf(", %.1f GiB free", float64(m.Free)/(1<<30))
	}
	rows := [][2]string{{"machine", fmt.Sprintf("%s, %s, %s, %.1f GiB", m.OS, orElse(m.CPU, "unknown processor"), count(m.Cores, "core"), float64(m.Memory)/(1<<30))},
		{"runs", fmt.Sprintf("%s on %s", f.out, disk)}, {"built with", fmt.Sprintf("%s, pebble %s, porcupine %s", m.Go, orElse(m.Pebble, "unknown"), orElse(m.Checker, "unknown"))}}
	var hints []string
	for _, b := range a.catalog.Backends {
		status := weir.Status{Available: true}
		if b.Status != nil {
			status = b.Status()
		}
		rows = append(rows, [2]string{b.Name, describe(status)})
		if status.Available && status.Debug && status.Remedy != "" {
			hints = append(hints, b.Name+" is an assert-enabled build: its cells are shown and never ranked; "+status.Remedy)
		}
	}
	if err := a.table(rows); err != nil {
		return a.printed(err)
	}
	for _, h := range slices.Concat(hints, noise(&m), unended(f.out)) {
		if err := wrap(a.out, "! ", "  ", h, a.columns()); err != nil {
			return a.printed(err)
		}
	}
	for _, name := range f.require {
		if err := a.available(name); err != nil {
			return err
		}
	}
	return nil
}

func describe(s weir.Status) string {
	if !s.Available {
		text := "not available: " + s.Reason
		if s.Version != "" {
			text += " (this machine has " + debugVersion(s) + ")"
		}
		return text + "; " + s.Remedy
	}
	if s.Version == "" {
		return "available"
	}
	return "available, " + debugVersion(s)
}

// available is nil for a backend that can be used.
func (a *app) available(name string) error {
	for _, b := range a.catalog.Backends {
		for _, n := range append([]string{b.Name}, b.Aliases...) {
			if !strings.EqualFold(n, name) {
				continue
			}
			if b.Status != nil {
				if s := b.Status(); !s.Available {
					return fail(exitMissing, "weir: %v", &weir.Missing{Backend: b.Name, Reason: s.Reason, Remedy: s.Remedy})
				}
			}
			return nil
		}
	}
	return fail(exitUsage, "weir: --require: no backend %q; see \"weir list backends\"", name)
}

// noise says what will make measurements less than they could be.
func noise(m *weir.Machine) (hints []string) {
	if m.Governor != "" && m.Governor != "performance" {
		hints = append(hints, fmt.Sprintf("the cpu governor is %q: times will be noisy; cpupower frequency-set -g performance", m.Governor))
	}
	if m.Cores < 2 {
		hints = append(hints, "one core: the job and what measures it share it")
	}
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		var load float64
		if _, err := fmt.Sscan(string(b), &load); err == nil && load > float64(m.Cores)/2 {
			hints = append(hints, fmt.Sprintf("the load is %.1f on %s: something else is running", load, count(m.Cores, "core")))
		}
	}
	if m.Disk == "tmpfs" {
		hints = append(hints, "the folder of runs lies in memory (tmpfs): checkpoint times are not those of a disk")
	}
	return hints
}

// unended lists runs that were killed, or are still running.
func unended(out string) (hints []string) {
	names, _ := filepath.Glob(filepath.Join(out, weir.Unfinished+"*"))
	for _, name := range names {
		hints = append(hints, name+": a run that was killed, or still runs; weir check judges what it left, and it may be removed")
	}
	return hints
}
