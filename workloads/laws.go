package workloads

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strconv"
)

// The laws by which made-up records fall on keys, as YCSB knows them, and a file's own order.
const (
	uniformLaw    = "uniform"
	zipfianLaw    = "zipfian"
	hotspotLaw    = "hotspot"
	latestLaw     = "latest"
	sequentialLaw = "sequential"
	fileLaw       = "file"
)

// keyParams are the parameters of how records fall on keys, alike for all made-up inputs.
func keyParams(keys, records string) []Param {
	return []Param{
		amount("keys", keys, "how many keys there are before new ones come", 1, countKeysMax).when("distribution", uniformLaw, zipfianLaw, hotspotLaw, latestLaw, sequentialLaw),
		choice("distribution", "how records fall on keys: uniform, zipfian, hotspot and latest as YCSB draws them, sequential, or as a file has them",
			uniformLaw, zipfianLaw, hotspotLaw, latestLaw, sequentialLaw, fileLaw),
		{Name: "theta", Default: "0.99", Doc: "how skewed zipfian and latest are", Check: checkTheta, When: []When{{"distribution", []string{zipfianLaw, latestLaw}}}},
		share("hot_keys", "0.2", "hotspot: this share of the keys").when("distribution", hotspotLaw),
		share("hot_records", "0.8", "hotspot: gets this share of the records").when("distribution", hotspotLaw),
		share("new_keys", "0", "this share of the records comes with a key that was not there before"),
		{Name: "keys_path", Default: "", Doc: "file: a text file with a key on each line, read again and again"},
		amount("records", records, "how many records there are", 1, countRowsMax),
	}
}

// share is a parameter from 0 to 1.
func share(name, def, doc string) Param {
	return Param{Name: name, Default: def, Doc: doc, Check: func(v string) error {
		if f, err := strconv.ParseFloat(v, 64); err != nil || !(f >= 0 && f <= 1) {
			return fmt.Errorf("%s %q; want a share from 0 to 1", name, short(v))
		}
		return nil
	}}
}

func (v *values) share(name string) float64 {
	f, err := strconv.ParseFloat(v.text(name), 64)
	if err != nil {
		panic(err) // it was checked
	}
	return f
}

// drawn is a workload over made-up records: job is given its parameters, checked, and the Draws that keyParams among them make.
func drawn(name, doc string, params []Param, job func(v *values, d Draws, o Options) (*Job, error)) Workload {
	return Workload{Name: name, Doc: doc, Params: params, Open: func(o Options) (*Job, error) {
		v, err := resolve(params, o.Params)
		if err == nil {
			err = checkShape(o)
		}
		if err != nil {
			return nil, err
		}
		d, err := v.draws(o)
		if err != nil {
			return nil, err
		}
		return job(&v, d, o)
	}}
}

// draws makes Draws of keyParams.
func (v *values) draws(o Options) (Draws, error) {
	d := Draws{Keys: int(v.amount("keys")), Records: v.amount("records"), Parts: o.Parts, Seed: o.Seed, Law: v.text("distribution"),
		HotKeys: v.share("hot_keys"), HotOps: v.share("hot_records"), New: v.share("new_keys")}
	if d.Law == zipfianLaw || d.Law == latestLaw {
		d.Theta = v.share("theta")
	}
	path := v.text("keys_path")
	switch {
	case d.Law == fileLaw && path == "":
		return d, misfit(errors.New("keys_path is empty; want a text file with a key on each line"), "keys_path", "distribution")
	case d.Law != fileLaw && path != "":
		return d, misfit(fmt.Errorf("keys_path %q is read by distribution file only; want that, or no keys_path", short(path)), "keys_path")
	case d.Law != fileLaw:
		return d, nil
	case d.New > 0:
		return d, misfit(fmt.Errorf("new_keys %v; want 0 with distribution file: its keys are those of the file", d.New), "new_keys", "distribution")
	case o.Open == nil:
		return d, misfit(fmt.Errorf("keys_path %q: no file can be opened here; want another distribution", short(path)), "keys_path")
	}
	f, err := o.Open(path)
	if err != nil {
		return d, misfit(fmt.Errorf("open the keys: %w; want a text file with a key on each line", err), "keys_path")
	}
	d.File, d.Keys, err = readKeys(path, f)
	return d, errors.Join(err, f.Close())
}

// keyBytesMax is more than any line of a file of keys has.
const keyBytesMax = 4 << 10

// readKeys numbers the lines of a file by their first appearance.
func readKeys(path string, r io.Reader) (order []int32, keys int, err error) {
	numbers := map[string]int32{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, keyBytesMax)
	line := 0
	for lines.Scan() {
		if line++; len(lines.Bytes()) == 0 {
			return nil, 0, fmt.Errorf("%s:%d:1: an empty line; want a key", path, line)
		}
		no, ok := numbers[lines.Text()]
		if !ok {
			no = int32(len(numbers))
			numbers[lines.Text()] = no
		}
		order = append(order, no)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, 0, fmt.Errorf("%s:%d:1: a line of over %d bytes; want a key", path, line+1, keyBytesMax)
	case err != nil:
		return nil, 0, misfit(fmt.Errorf("read the keys: %s:%d: %w", path, line+1, err), "keys_path")
	case line == 0:
		return nil, 0, fmt.Errorf("%s:1:1: an empty file; want a key on each line", path)
	case len(numbers) > countKeysMax:
		return nil, 0, misfit(fmt.Errorf("%s: %d different keys; want %d at most", path, len(numbers), countKeysMax), "keys_path")
	}
	return order, len(numbers), nil
}

// drawLaw draws by any law, which is over all keys that are there. A record with a key of its own takes the next number, so that there are more
// and more.
func (d Draws) drawLaw(keys []int32) {
	seen := uint64(d.Keys)
	next, grow := d.law(&seen)
	for i := range keys {
		u := d.bits(int64(i))
		if d.New > 0 && unit(mix(u+1)) < d.New && seen < countKeysMax {
			keys[i] = int32(seen)
			seen++
			grow(u)
			continue
		}
		keys[i] = int32(next(i, u))
	}
}

// law is what draws: next is the key of record i by 64 random bits, when so many keys were seen; grow is told of each that is new.
func (d Draws) law(seen *uint64) (next func(i int, u uint64) uint64, grow func(u uint64)) {
	grow = func(uint64) {}
	switch {
	case d.Law == latestLaw: // the youngest is the most frequent
		z := newZipf(*seen, d.Theta)
		return func(_ int, u uint64) uint64 { return *seen - 1 - z.rank(unit(u)) }, func(uint64) { z.grow() }
	case d.Law == hotspotLaw:
		s := newStanding(*seen, d.New > 0)
		return func(_ int, u uint64) uint64 {
			hot := max(1, min(*seen, uint64(float64(*seen)*d.HotKeys)))
			if unit(mix(u+2)) < d.HotOps || hot == *seen {
				return s.of(below(u, hot))
			}
			return s.of(hot + below(u, *seen-hot))
		}, func(u uint64) { s.add(mix(u + 3)) }
	case d.Law == sequentialLaw:
		at := uint64(0)
		return func(int, uint64) uint64 {
			k := at % *seen
			at = k + 1
			return k
		}, grow
	case d.Law == fileLaw:
		return func(i int, _ uint64) uint64 { return uint64(d.File[i%len(d.File)]) }, grow
	case d.Theta > 0:
		z, s := newZipf(*seen, d.Theta), newStanding(*seen, d.New > 0)
		return func(_ int, u uint64) uint64 { return s.of(z.rank(unit(u))) }, func(u uint64) { z.grow(); s.add(mix(u + 3)) }
	}
	return func(_ int, u uint64) uint64 { return below(u, *seen) }, grow
}

// unit makes of 64 random bits a number from 0 to less than 1.
func unit(u uint64) float64 { return float64(u>>11) / (1 << 53) }

// below makes of 64 random bits a number less than n.
func below(u, n uint64) uint64 {
	hi, _ := bits.Mul64(u, n)
	return hi
}

// keysOf is how many keys there are when all records have come.
func keysOf(d Draws, parts [][]int32) int {
	n := int32(d.Keys)
	for _, keys := range parts {
		for _, k := range keys {
			n = max(n, k+1)
		}
	}
	return int(n)
}
