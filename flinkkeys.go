package weir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weirbench/weir/engine"
	"github.com/weirbench/weir/linearizability"
)

const flinkDefault = "Flink 1.17 default"

// Keys that are spoken of where they have no effect.
const (
	incrementalKey = "state.backend.incremental"
	managedKey     = "taskmanager.memory.managed.size"
)

// flinkSettings are the options of Flink that weir implements: the spelling of 1.17, the others as aliases, the defaults of 1.17.
func flinkSettings(c *Catalog) []setting {
	list := []setting{
		{key: "state.backend.type", older: []string{"state.backend"}, short: "backend", def: "hashmap", read: func(d *draft, s string) (string, error) { return readBackend(c, d, s) }},
		{key: "execution.checkpointing.interval", short: "interval", def: "none", read: readInterval},
		{key: "execution.checkpointing.mode", short: "mode", def: "EXACTLY_ONCE", read: readMode},
		{key: "execution.checkpointing.timeout", short: "timeout", def: "10 min", read: flinkTime(time.Millisecond, func(d *draft, t time.Duration) { d.Timeout = t })},
		{key: "execution.checkpointing.min-pause", short: "min-pause", def: "0 ms", read: flinkTime(0, func(d *draft, t time.Duration) { d.MinPause = t })},
		{key: "execution.checkpointing.max-concurrent-checkpoints", short: "concurrent", def: "1", read: whole64(1, 100, func(d *draft, n int64) { d.Concurrent = int(n) })},
		{key: "execution.checkpointing.tolerable-failed-checkpoints", short: "tolerable", def: "0", read: whole64(0, 1<<31-1, func(d *draft, n int64) { d.Tolerable = int(n) })},
		{key: "state.checkpoints.num-retained", older: []string{"execution.checkpointing.num-retained"}, short: "retained", def: "1", read: whole64(1, 1000, func(d *draft, n int64) { d.Retained = int(n) })},
		{key: "parallelism.default", short: "parallelism", def: "1", read: whole64(1, 128, func(d *draft, n int64) { d.Parallelism = int(n) })},
		{key: "pipeline.max-parallelism", short: "max-parallelism", def: "-1", read: readMaxParallelism},
		{key: incrementalKey, older: []string{"execution.checkpointing.incremental"}, short: "incremental", quiet: true, read: readIncremental},
		{key: managedKey, short: "memory", quiet: true, read: flinkSize(func(d *draft, n int64) { d.managed = n })},
		{key: "state.backend.rocksdb.memory.fixed-per-slot", short: "memory-per-slot", quiet: true, read: flinkSize(func(d *draft, n int64) { d.fixed = n })},
		{key: "state.backend.rocksdb.timer-service.factory", short: "timers", def: "ROCKSDB", quiet: true, read: readTimers},
		{key: "restart-strategy", older: []string{"restart-strategy.type"}, short: "restart", def: "", from: flinkDefault, read: readStrategy},
	}
	list = append(list, restartSettings()...)
	list = append(list, fixedSettings()...)
	for i := range list {
		if list[i].def != "" && list[i].from == "" {
			list[i].from = flinkDefault
		}
	}
	return list
}

func restartSettings() []setting {
	return []setting{
		{key: "restart-strategy.fixed-delay.attempts", only: "fixed-delay", short: "attempts", def: "1", read: whole64(0, foreverAttempts, func(d *draft, n int64) { d.attempts = n })},
		{key: "restart-strategy.fixed-delay.delay", only: "fixed-delay", short: "restart-delay", def: "1 s", read: flinkTime(0, func(d *draft, t time.Duration) { d.delay = t })},
		{key: "restart-strategy.failure-rate.max-failures-per-interval", only: "failure-rate", short: "max-failures", def: "1", read: whole64(0, foreverAttempts, func(d *draft, n int64) { d.maxFailures = n })},
		{key: "restart-strategy.failure-rate.failure-rate-interval", only: "failure-rate", short: "failure-interval", def: "1 min", read: flinkTime(time.Millisecond, func(d *draft, t time.Duration) { d.rateInterval = t })},
		{key: "restart-strategy.failure-rate.delay", only: "failure-rate", short: "restart-delay", def: "1 s", read: flinkTime(0, func(d *draft, t time.Duration) { d.rateDelay = t })},
		{key: "restart-strategy.exponential-delay.initial-backoff", only: "exponential-delay", short: "initial-backoff", def: "1 s", read: flinkTime(time.Microsecond, func(d *draft, t time.Duration) { d.initial = t })},
		{key: "restart-strategy.exponential-delay.max-backoff", only: "exponential-delay", short: "max-backoff", def: "5 min", read: flinkTime(time.Microsecond, func(d *draft, t time.Duration) { d.max = t })},
		{key: "restart-strategy.exponential-delay.backoff-multiplier", only: "exponential-delay", short: "multiplier", def: "2.0", read: readMultiplier},
		{key: "restart-strategy.exponential-delay.reset-backoff-threshold", only: "exponential-delay", short: "reset-after", def: "1 h", read: flinkTime(time.Millisecond, func(d *draft, t time.Duration) { d.resetAfter = t })},
		{key: "restart-strategy.exponential-delay.jitter-factor", only: "exponential-delay", def: "0", from: "weir: no jitter, so that runs repeat", read: readJitter},
	}
}

// fixedSettings are options of Flink of which weir does one value only. That one is accepted; another would not be what was measured.
func fixedSettings() (list []setting) {
	for _, f := range []struct {
		key   string
		does  []string // the first is shown
		older []string
	}{
		{"execution.checkpointing.unaligned.enabled", []string{"false"}, []string{"execution.checkpointing.unaligned"}},
		{"execution.checkpointing.unaligned.forced", []string{"false"}, nil},
		{"execution.checkpointing.aligned-checkpoint-timeout", []string{"0 ms", "0", "0 s", "0ms", "0s"}, []string{"execution.checkpointing.alignment-timeout"}},
		{"execution.checkpointing.checkpoints-after-tasks-finish.enabled", []string{"true"}, nil},
		{"execution.checkpointing.externalized-checkpoint-retention", []string{"NO_EXTERNALIZED_CHECKPOINTS"}, nil},
		{"execution.checkpointing.snapshot-compression", []string{"false"}, nil},
		{"execution.checkpointing.file-merging.enabled", []string{"false"}, nil},
		{"state.backend.changelog.enabled", []string{"false"}, []string{"state.changelog.enabled"}},
		{"state.backend.local-recovery", []string{"false"}, []string{"execution.state-recovery.from-local", "execution.checkpointing.local-backup.enabled"}},
		{"state.checkpoint-storage", []string{"filesystem"}, []string{"execution.checkpointing.storage"}},
		{"state.backend.async", []string{"true"}, nil},
		{"state.backend.rocksdb.memory.managed", []string{"true"}, nil},
		{"state.backend.rocksdb.timer-service.cache-size", []string{"128"}, nil},
		{"state.backend.latency-track.keyed-state-enabled", []string{"false"}, []string{"state.latency-track.keyed-state-enabled"}},
	} {
		list = append(list, setting{key: f.key, older: f.older, quiet: true, read: func(_ *draft, s string) (string, error) {
			if !slices.ContainsFunc(f.does, func(v string) bool { return strings.EqualFold(v, strings.TrimSpace(s)) }) {
				return "", fmt.Errorf("not implemented yet: %s; weir does %s", clip(s), f.does[0])
			}
			return f.does[0], nil
		}})
	}
	return list
}

// leftOut are options of Flink below a prefix of ours that a run of weir has no use for. They are listed as ignored.
func leftOut() []string {
	return []string{
		"state.checkpoints.dir", "execution.checkpointing.dir", "state.savepoints.dir", "execution.checkpointing.savepoint-dir",
		"state.checkpoints.create-subdir", "execution.checkpointing.create-subdir", "state.backend.rocksdb.localdir",
		"state.checkpoint.cleaner.parallel-mode", "execution.checkpointing.cleaner.parallel-mode",
		"pipeline.name", "pipeline.jars", "pipeline.classpaths", "pipeline.object-reuse", "pipeline.operator-chaining", "pipeline.operator-chaining.enabled",
		"pipeline.auto-watermark-interval", "pipeline.auto-generate-uids", "pipeline.generic-types", "pipeline.force-avro", "pipeline.force-kryo",
	}
}

// implemented tells whether weir claims to know the options below a key's prefix.
func implemented(key string) bool {
	return slices.ContainsFunc([]string{"state.", "execution.checkpointing.", "execution.state-recovery.", "restart-strategy", "pipeline.", "parallelism."},
		func(prefix string) bool { return strings.HasPrefix(key, prefix) })
}

func readBackend(c *Catalog, d *draft, s string) (string, error) {
	var names []string
	for i := range c.Backends {
		b := &c.Backends[i]
		for _, name := range append([]string{b.Name}, b.Aliases...) {
			if strings.EqualFold(name, strings.TrimSpace(s)) {
				d.Backend = b.Name
				return b.Name, nil
			}
		}
		names = append(names, b.Name)
	}
	if name := strings.ToLower(strings.TrimSpace(s)); slices.Contains(ownBackends(), name) {
		d.Backend = name
		return name, nil
	}
	return "", fmt.Errorf("no backend %s%s", clip(s), didYouMean(s, names))
}

// ownBackends are those of weir's own build. A scenario may name them in any: where one is not in the Catalog its cells are skipped.
func ownBackends() []string { return []string{heapName, "pebble", "rocksdb"} }

const heapName = "heap"

func readInterval(d *draft, s string) (string, error) {
	if s == "none" {
		d.Interval = 0
		return "none", nil
	}
	return flinkTime(time.Millisecond, func(d *draft, t time.Duration) { d.Interval = t })(d, s)
}

func readMode(d *draft, s string) (string, error) {
	switch strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(s), "-", "_")) {
	case "EXACTLY_ONCE":
		d.Mode = linearizability.ExactlyOnce
	case "AT_LEAST_ONCE":
		d.Mode = linearizability.AtLeastOnce
	default:
		return "", fmt.Errorf("%s; want EXACTLY_ONCE or AT_LEAST_ONCE", clip(s))
	}
	return string(d.Mode), nil
}

// readIncremental: the heap takes full checkpoints whatever is said, as Flink's does. Backends whose checkpoints could be incremental take no others
// than full ones yet. A draft without a backend is nobody's cell.
func readIncremental(d *draft, s string) (string, error) {
	on, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(s)))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s; want true or false", clip(s))
	case on && d.Backend != "" && d.Backend != heapName:
		return "", fmt.Errorf("not implemented yet: %s on %s; weir does false", clip(s), d.Backend)
	}
	return strconv.FormatBool(on), nil
}

// readTimers: the key is RocksDB's, and every backend over bytes obeys it. The heap's timers are on the heap.
func readTimers(d *draft, s string) (string, error) {
	switch s = strings.ToUpper(strings.TrimSpace(s)); s {
	case "HEAP":
		d.heapTimers = true
	case "ROCKSDB":
		d.heapTimers = false
	default:
		return "", fmt.Errorf("%s; want ROCKSDB, which is the store of any backend that has one, or HEAP", clip(s))
	}
	return s, nil
}

func readMaxParallelism(d *draft, s string) (string, error) {
	n, err := parseWhole(s, -1, 32768)
	if err != nil {
		return "", err
	}
	if n == 0 {
		return "", fmt.Errorf("0; want 1 to 32768 key groups, or -1 for Flink's choice")
	}
	d.maxParallelism = n
	return fmt.Sprint(n), nil
}

func readStrategy(d *draft, s string) (string, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "": // nobody chose
		return "", nil
	case "none", "off", "disable":
		d.strategy = "none"
	case "fixed-delay", "fixeddelay":
		d.strategy = "fixed-delay"
	case "failure-rate", "failurerate":
		d.strategy = "failure-rate"
	case "exponential-delay", "exponentialdelay":
		d.strategy = "exponential-delay"
	default:
		return "", fmt.Errorf("no restart strategy %s%s", clip(s), didYouMean(s, engine.Strategies()))
	}
	return d.strategy, nil
}

func readMultiplier(d *draft, s string) (string, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f >= 1 && f <= 1000) {
		return "", fmt.Errorf("%s; want a factor from 1 to 1000", clip(s))
	}
	d.multiplier = f
	return s, nil
}

func readJitter(_ *draft, s string) (string, error) {
	if f, err := strconv.ParseFloat(strings.TrimSpace(s), 64); err != nil || f != 0 {
		return "", fmt.Errorf("not implemented yet: %s; weir restarts without jitter, want 0", clip(s))
	}
	return "0", nil
}

func flinkTime(least time.Duration, to func(*draft, time.Duration)) func(*draft, string) (string, error) {
	return func(d *draft, s string) (string, error) {
		t, err := parseFlinkTime(s)
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

func flinkSize(to func(*draft, int64)) func(*draft, string) (string, error) {
	return func(d *draft, s string) (string, error) {
		n, err := parseFlinkSize(s)
		if err != nil {
			return "", err
		}
		to(d, n)
		return sizeText(n), nil
	}
}
