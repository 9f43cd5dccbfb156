package weir

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/workloads"
)

// A setting is one named value of a scenario: how it is spelt, what it is when nobody sets it, and what it does to a cell.
type setting struct {
	key   string
	older []string // other spellings, of Flink's other versions
	short string   // in the names of cells and in filters
	def   string
	from  string // whose default that is
	once  bool   // of the whole scenario: it cannot be an axis
	quiet bool   // a plan shows it only when it was set
	only  string // the restart strategy that reads it
	of    string // the workload whose field it is; other workloads may have one of the same key
	// read takes a value, and returns it as a plan shows it.
	read func(d *draft, text string) (shown string, err error)
}

// A draft is a cell in the making, and what the whole scenario says.
type draft struct {
	Cell
	strategy       string // "": Flink's choice
	attempts       int64
	delay          time.Duration // fixed-delay
	rateDelay      time.Duration // failure-rate
	maxFailures    int64
	rateInterval   time.Duration
	initial, max   time.Duration
	multiplier     float64
	resetAfter     time.Duration
	managed, fixed int64
	maxParallelism int64
	heapTimers     bool
	pinTimers      bool
	sources        int64

	name, description, broken string
	seed                      *uint64
	reps, simSeeds            int
	simSeconds                float64
}

// vocabulary is every setting that a scenario may give, with those of its workloads.
type vocabulary struct {
	catalog *Catalog
	types   []workloads.Workload // none: not known yet
	all     []setting
}

func newVocabulary(c *Catalog, types []workloads.Workload) *vocabulary {
	v := &vocabulary{catalog: c, types: types}
	v.all = append(v.all, flinkSettings(c)...)
	v.all = append(v.all, weirSettings(c)...)
	for i := range types {
		for _, p := range types[i].Params {
			v.all = append(v.all, paramSetting(types[i].Name, p))
		}
	}
	return v
}

// lacking is the first of the workloads that has no field s, "" when all have it.
func (v *vocabulary) lacking(s *setting) string {
	for i := range v.types {
		if s.of != "" && !slices.ContainsFunc(v.types[i].Params, func(p workloads.Param) bool { return "workload."+p.Name == s.key }) {
			return v.types[i].Name
		}
	}
	return ""
}

// find takes any spelling. Of fields of the same key it is always the first one that is found.
func (v *vocabulary) find(key string) *setting {
	for i := range v.all {
		if s := &v.all[i]; s.key == key || slices.Contains(s.older, key) {
			return s
		}
	}
	return nil
}

// under lists the names below a prefix, without it.
func (v *vocabulary) under(prefix string) (names []string) {
	for i := range v.all {
		if name, ok := strings.CutPrefix(v.all[i].key, prefix); ok {
			names = append(names, name)
		}
	}
	return names
}

// weirSettings are weir's own single values. Those of faults, checks and thresholds are lists, and read elsewhere.
func weirSettings(c *Catalog) []setting {
	text := func(to func(*draft) *string) func(*draft, string) (string, error) {
		return func(d *draft, s string) (string, error) {
			if len(s) > 200 {
				return "", fmt.Errorf("%d bytes long; want at most 200", len(s))
			}
			*to(d) = s
			return s, nil
		}
	}
	return []setting{
		{key: "version", once: true, quiet: true, read: readVersion},
		{key: "name", once: true, quiet: true, read: readName},
		{key: "description", once: true, quiet: true, read: text(func(d *draft) *string { return &d.description })},
		{key: "broken", once: true, quiet: true, read: readBroken},
		{key: "workload.type", short: "workload", read: func(d *draft, s string) (string, error) { return readWorkload(c, d, s) }},
		{key: "readers.clients", short: "readers", def: "0", from: "default", read: whole64(0, 64, func(d *draft, n int64) { d.Readers = int(n) })},
		{key: "readers.every", short: "read-every", def: "10 ms", from: "default", read: weirTime(time.Microsecond, func(d *draft, t time.Duration) { d.ReadEvery = t })},
		{key: "check_timeout", short: "check-timeout", def: "60 s", from: "default", read: weirTime(time.Millisecond, func(d *draft, t time.Duration) { d.CheckTimeout = t })},
		{key: "run.batch", short: "batch", def: "1024", from: "default", read: count64(1, 65536, func(d *draft, n int64) { d.Batch = int(n) })},
		{key: "run.keep", short: "keep", def: "0", from: "default", read: count64(0, 1<<24, func(d *draft, n int64) { d.Keep = int(n) })},
		{key: "run.pin_timers", short: "pin-timers", def: "false", from: "default: as Flink", quiet: true, read: readPinTimers},
		{key: "run.value_limit", short: "value-limit", def: "2147483647 B", from: "default: as Flink's RocksDB", read: readValueLimit},
		{key: "run.sources", short: "sources", def: "0", from: "default: as parallelism.default", read: whole64(0, 63, func(d *draft, n int64) { d.sources = n })},
		{key: "run.duration", short: "duration", def: "0 s", from: "default: to the end of the input", read: weirTime(0, func(d *draft, t time.Duration) { d.Duration = t })},
		{key: "run.seed", once: true, quiet: true, read: readSeed},
		{key: "run.repetitions", once: true, quiet: true, read: count64(1, 1000, func(d *draft, n int64) { d.reps = int(n) })},
		{key: "run.sim_seeds", once: true, quiet: true, read: count64(0, 100_000_000, func(d *draft, n int64) { d.simSeeds = int(n) })},
		{key: "run.sim_seconds", once: true, quiet: true, read: readSimSeconds},
	}
}

// readPinTimers is an option of ours: timers on the heap beside an LSM are pinned by a snapshot, where Flink writes them while the task waits.
func readPinTimers(d *draft, s string) (string, error) {
	pin, err := strconv.ParseBool(strings.TrimSpace(s))
	if err != nil {
		return "", fmt.Errorf("%s; want true or false", clip(s))
	}
	d.pinTimers = pin
	return strconv.FormatBool(pin), nil
}

// readValueLimit is how long a key or a value may be in a backend over bytes. Flink's RocksDB backend has one limit, which no run of ours reaches;
// a lower one shows what Flink does at it.
func readValueLimit(d *draft, s string) (string, error) {
	n, err := parseSize(s)
	switch {
	case err != nil:
		return "", err
	case n != valueLimitMax && (n < valueLimitMin || n > backends.ValueBytesMax): // between the two a store could not hold what the limit lets pass
		return "", fmt.Errorf("%s; want a size from %d B to %s, or %d B, which is Flink's", clip(s), valueLimitMin, sizeText(backends.ValueBytesMax), valueLimitMax)
	}
	if d.BytesMax = int(n); n == valueLimitMax {
		d.BytesMax = 0 // the backend's own, of which it need not ask at every key
	}
	return sizeText(n), nil
}

// A limit of a value is from one that every key of the catalog's jobs keeps to, to the longest that a store here holds; or Flink's own.
const (
	valueLimitMin = 64
	valueLimitMax = 1<<31 - 1
)

func readVersion(_ *draft, s string) (string, error) {
	if s != "1" {
		return "", fmt.Errorf("%s; this weir reads version 1", clip(s))
	}
	return s, nil
}

func readName(d *draft, s string) (string, error) {
	ok := s != "" && len(s) <= 60
	for _, r := range s {
		ok = ok && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
	}
	if !ok || s[0] == '.' {
		return "", fmt.Errorf("%s; want a short name of letters, digits, \"-\", \"_\" and \".\": it becomes part of a folder's name", clip(s))
	}
	d.name = s
	return s, nil
}

func readBroken(d *draft, s string) (string, error) {
	if !slices.Contains(plantedBugs(), s) {
		return "", fmt.Errorf("no planted bug %s%s", clip(s), didYouMean(s, plantedBugs()))
	}
	d.broken = s
	return s, nil
}

// plantedBugs are the names that "broken" may have.
func plantedBugs() (names []string) {
	for _, m := range mutants() {
		names = append(names, m.Name)
	}
	return names
}

func readWorkload(c *Catalog, d *draft, s string) (string, error) {
	if _, err := c.workload(s); err != nil {
		return "", fmt.Errorf("no workload %s%s", clip(s), didYouMean(s, workloadNames(c)))
	}
	d.Workload = s
	return s, nil
}

func workloadNames(c *Catalog) (names []string) {
	for i := range c.Workloads {
		names = append(names, c.Workloads[i].Name)
	}
	return names
}

func readSeed(d *draft, s string) (string, error) {
	seed, err := ParseSeed(s)
	if err != nil {
		return "", err
	}
	d.seed = &seed
	return s, nil
}

// readSimSeconds: the name says the unit, and a time may be written all the same.
func readSimSeconds(d *draft, s string) (string, error) {
	n, unit, err := split(s)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w; want seconds, such as 4", err)
	case unit != "":
		t, err := parseTime(s)
		if err != nil {
			return "", err
		}
		n = t.Seconds()
	}
	if n > 86400 {
		return "", fmt.Errorf("%s is more than a day; want seconds, such as 4", clip(s))
	}
	d.simSeconds = n
	return s, nil
}

// paramSetting is a field of a workload.
func paramSetting(of string, p workloads.Param) setting {
	return setting{key: "workload." + p.Name, of: of, short: p.Name, def: p.Default, from: "default", read: func(d *draft, text string) (string, error) {
		if p.Check != nil {
			if err := p.Check(text); err != nil {
				return "", errors.New(strings.TrimPrefix(err.Error(), p.Name+" ")) // the message names it already
			}
		}
		if d.Params == nil {
			d.Params = map[string]string{}
		}
		d.Params[p.Name] = text
		return text, nil
	}}
}

func whole64(least, most int64, to func(*draft, int64)) func(*draft, string) (string, error) {
	return func(d *draft, s string) (string, error) {
		n, err := parseWhole(s, least, most)
		if err != nil {
			return "", err
		}
		to(d, n)
		return fmt.Sprint(n), nil
	}
}

func count64(least, most int64, to func(*draft, int64)) func(*draft, string) (string, error) {
	return func(d *draft, s string) (string, error) {
		n, err := parseCount(s)
		if err != nil {
			return "", err
		}
		if n < least || n > most {
			return "", fmt.Errorf("%d; want a count from %d to %d", n, least, most)
		}
		to(d, n)
		return fmt.Sprint(n), nil
	}
}

func weirTime(least time.Duration, to func(*draft, time.Duration)) func(*draft, string) (string, error) {
	return func(d *draft, s string) (string, error) {
		t, err := parseTime(s)
		if err != nil {
			return "", err
		}
		if t < least {
			return "", fmt.Errorf("%s; want at least %s", clip(s), timeText(least))
		}
		to(d, t)
		return timeText(t), nil
	}
}

// finish derives what follows from several settings together.
func (d *draft) finish() error {
	d.Groups = int(d.maxParallelism)
	if d.Groups <= 0 {
		d.Groups = defaultMaxParallelism(d.Parallelism)
	}
	if d.Parallelism > d.Groups {
		return fmt.Errorf("parallelism.default %d is more than pipeline.max-parallelism %d; want a key group for every task", d.Parallelism, d.Groups)
	}
	if d.Sources = int(d.sources); d.Sources == 0 {
		d.Sources = min(d.Parallelism, 63)
	}
	if d.Memory = d.fixed; d.Memory == 0 && d.managed > 0 {
		d.Memory = max(1, d.managed/int64(d.Parallelism))
	}
	switch {
	case d.heapTimers && d.pinTimers:
		d.Timers = backends.TimersPinned
	case d.heapTimers:
		d.Timers = backends.TimersOnHeap
	}
	d.Restart = d.restart()
	return nil
}

// defaultMaxParallelism is Flink's rule: the power of two at or above one and a half times the parallelism, from 128 to 32768.
func defaultMaxParallelism(parallelism int) int {
	n := 1
	for n < parallelism+parallelism/2 {
		n *= 2
	}
	return min(max(n, 128), 32768)
}

// restart is the strategy; without one Flink restarts for ever, a second later, when it checkpoints, and else never.
func (d *draft) restart() engine.Restart {
	r := engine.Restart{Strategy: d.strategy, Attempts: d.attempts, Delay: d.delay.Microseconds(), MaxFailures: d.maxFailures, Interval: d.rateInterval.Microseconds(),
		Initial: d.initial.Microseconds(), Max: d.max.Microseconds(), Multiplier: d.multiplier, ResetAfter: d.resetAfter.Microseconds()}
	switch {
	case d.strategy == "failure-rate":
		r.Delay = d.rateDelay.Microseconds()
	case d.strategy == "" && d.Interval > 0:
		r.Strategy, r.Attempts, r.Delay = "fixed-delay", foreverAttempts, time.Second.Microseconds()
	case d.strategy == "":
		r.Strategy = "none"
	}
	return r
}

const foreverAttempts = 1<<31 - 1
