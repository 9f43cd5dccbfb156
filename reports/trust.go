package reports

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/weirbench/weir"
)

// grounds are what speaks for a run, in a line.
func grounds(r *weir.Results) string {
	var parts []string
	if len(rows(r)) > 0 {
		text := counted(r.Reps, "repetition", "repetitions")
		if r.Reps > 1 {
			text += ", interleaved"
		}
		parts = append(parts, text)
	}
	passed, judged := 0, 0
	for i := range r.Cells {
		for _, k := range r.Cells[i].Checks {
			if k.Verdict != "not applicable" {
				judged++
			}
			if k.Verdict == "pass" {
				passed++
			}
		}
	}
	if judged > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s passed", passed, counted(judged, "check", "checks")))
	}
	for _, v := range []string{r.Machine.Disk, r.Machine.CPU} {
		if v != "" {
			parts = append(parts, clip(v, 80))
		}
	}
	if r.Machine.Cores > 0 {
		parts = append(parts, counted(r.Machine.Cores, "core", "cores"))
	}
	return strings.Join(parts, " · ")
}

var sampled = regexp.MustCompile(`(\d+) of (\d+) keys`)

// sampling says which share of the keys was searched: the least and the most among the cells; "" when all were.
func sampling(r *weir.Results) string {
	least, most, all := 0, 0, 0
	for i := range r.Cells {
		for _, k := range r.Cells[i].Checks {
			if k.Name != "linearizability" {
				continue
			}
			m := sampled.FindStringSubmatch(clip(k.Reason, 300))
			if m == nil {
				continue
			}
			n, _ := strconv.Atoi(m[1])
			if least == 0 || n < least {
				least = n
			}
			most = max(most, n)
			total, _ := strconv.Atoi(m[2])
			all = max(all, total)
		}
	}
	switch {
	case all == 0 || least == all:
		return ""
	case least == most:
		return fmt.Sprintf("Linearizability was searched on %d of %d keys. No operation of a searched key was left out; the other checks look at every record.", least, all)
	}
	return fmt.Sprintf("Linearizability was searched on %d to %d of %d keys, by cell. No operation of a searched key was left out; the other checks look at every record.", least, most, all)
}

// limits are what a run does not say.
func limits(r *weir.Results) (all []string) {
	add := func(when bool, format string, args ...any) {
		if when {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	live := rows(r)
	debug := 0
	for _, x := range live {
		if !x.Ranked {
			debug++
		}
	}
	s := sampling(r)
	add(s != "", "%s", s)
	add(len(live) > 0 && r.Reps < apartMin, "%s: how much the numbers scatter is not known, so a difference between cells may be chance. -n %d or more tells.", counted(r.Reps, "repetition", "repetitions"), apartMin)
	add(debug > 0, "%s on an assert-enabled build of RocksDB, which is slower than what people run: shown, and never ranked.", counted(debug, "cell ran", "cells ran"))
	if sim := r.Sim; sim != nil && sim.Vacuous > 0 {
		add(true, "%d of %d simulated seeds are vacuous: no fault struck, or nothing was recovered from. They are not counted as passed.", sim.Vacuous, sim.Seeds)
	}
	for _, c := range simulated(r) {
		add(c.Sim.Vacuous > 0, "%d of %d simulated seeds of %s are vacuous: no fault struck, or nothing was recovered from. They are not counted as passed.", c.Sim.Vacuous, c.Sim.Seeds, clip(title(c), 60))
	}
	add(r.Machine.Governor != "" && r.Machine.Governor != "performance", "The CPU governor was “%s”: times are noisier than they could be.", clip(r.Machine.Governor, 40))
	add(r.Machine.Disk == "tmpfs", "The run lay in memory (tmpfs): checkpoint times are not those of a disk.")
	add(len(live) > 0, "Whether something else used this machine meanwhile is not known. Sources read as fast as the job takes it, so rates are capacities, not answers to a load.")
	add(true, "A crash is a task that stops, in one process on one machine: power loss, the network and rescaling are not covered. The engine is weir's own, not Flink.")
	add(true, "A check that passed saw no violation in what ran. That is no proof that there is none.")
	return all
}

// A chip is a number of the first block.
type chip struct{ Label, Value, Unit, Note string }

// chips are at most three: what was judged, what was recovered from, what was simulated or checked.
func chips(r *weir.Results) (all []chip) {
	var records int64
	crashes, passed, judged, cells := 0, 0, 0, 0
	for i := range r.Cells {
		c := &r.Cells[i]
		crashes += c.Crashes
		for _, k := range c.Checks {
			if k.Name == "exactly-once" && k.Verdict == "pass" {
				records, cells = records+k.Judged, cells+1
			}
			if k.Verdict != "not applicable" {
				judged++
			}
			if k.Verdict == "pass" {
				passed++
			}
		}
	}
	if records > 0 {
		value, name := large(records, "")
		all = append(all, chip{"Records judged", value, strings.TrimSpace(name), "by exactly-once, in " + counted(cells, "cell", "cells")})
	}
	if len(r.Cells) > 0 {
		all = append(all, chip{"Recoveries", fmt.Sprint(crashes), "", "in " + counted(len(r.Cells), "cell", "cells")})
	}
	if s := r.Sim; s != nil {
		value, _ := large(int64(s.Passed), "")
		return append(all, chip{"Simulated seeds", value, "passed", seedNote(s)})
	}
	if judged > 0 {
		all = append(all, chip{"Checks passed", fmt.Sprint(passed), fmt.Sprintf("of %d", judged), counted(len(r.Cells), "cell", "cells")})
	}
	return all
}

// seedNote says what became of the seeds that did not pass.
func seedNote(s *weir.SimResult) string {
	text := fmt.Sprintf("of %d", s.Seeds)
	for _, x := range []struct {
		n    int
		what string
	}{{s.Failed, "failed"}, {s.Undecided, "undecided"}, {s.Vacuous, "vacuous"}} {
		if x.n > 0 {
			text += fmt.Sprintf("; %d %s", x.n, x.what)
		}
	}
	return text
}

// A choice is what the first block says besides the verdict.
type choice struct {
	Before string
	Pick   *row
	After  string
	But    string
}

// choose says which cell measured best, and whether that rises above the noise.
func choose(r *weir.Results) choice {
	all := rows(r)
	order := ranked(all)
	switch {
	case len(all) == 0 && len(simulated(r)) > 0:
		n, passed := 0, 0
		for _, c := range simulated(r) {
			n, passed = n+c.Sim.Seeds, passed+c.Sim.Passed
		}
		return choice{Before: fmt.Sprintf("%d of %s passed", passed, counted(n, "simulated seed", "simulated seeds")), But: "A simulation judges correctness alone: it measures no time."}
	case len(order) == 0:
		return choice{Before: "No cell is ranked", But: "Only cells that passed, on a release build of their backend, are compared."}
	}
	c, best := choice{}, order[0]
	if got := recovered(order); len(got) > 0 {
		x, why := ahead(got, recoveryOf, less)
		best = x
		c.After = fmt.Sprintf(": a recovery took %s (p95), at %s", duration(x.Recovery.P95), rate(x.Throughput.P50))
		if x.Recovery.N == 1 {
			c.After = fmt.Sprintf(": its one recovery took %s, at %s", duration(x.Recovery.P95), rate(x.Throughput.P50))
		}
		c.Before = "Soonest to recover is "
		switch {
		case len(got) == 1:
			c.Before, c.But = "Measured: ", "One ranked cell recovered; there is nothing to compare it with."
		case why != "":
			c.Before, c.But = "Soonest to recover in this run was ", capital(why)+"."
		default:
			c.But = fmt.Sprintf("The ranges of %d repetitions do not overlap with any other ranked cell's.", r.Reps)
		}
	} else {
		c.Before, c.After, c.But = "Measured: ", " at "+rate(best.Throughput.P50), "Nothing was recovered from in this run."
	}
	c.Pick = &best
	return c
}
