package workloads

import (
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestLaws(t *testing.T) {
	const keys, records = 1000, 50_000
	base := Draws{Keys: keys, Records: records, Parts: 1, Seed: 7, Theta: 0.9, HotKeys: 0.1, HotOps: 0.7}
	counts := func(change func(*Draws)) []int {
		d := base
		change(&d)
		drawn := d.split()[0]
		if again := d.split()[0]; !slices.Equal(drawn, again) {
			t.Errorf("%s: the same seed draws other keys", d.Law)
		}
		d.Seed++
		if other := d.split()[0]; d.Law != sequentialLaw && d.Law != fileLaw && slices.Equal(drawn, other) {
			t.Errorf("%s: another seed draws the same keys", d.Law)
		}
		n := make([]int, max(keys, int(slices.Max(drawn))+1))
		for _, k := range drawn {
			n[k]++
		}
		return n
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if got < want*.9 || got > want*1.1 {
			t.Errorf("%s: %.3f, want about %.3f", what, got, want)
		}
	}
	sum := func(n []int) (s int) {
		for _, x := range n {
			s += x
		}
		return s
	}
	top := func(n []int, share float64) float64 {
		n = slices.Clone(n)
		slices.Sort(n)
		return float64(sum(n[len(n)-int(share*float64(len(n))):])) / records
	}

	near("hotspot: records of the hottest tenth", top(counts(func(d *Draws) { d.Law = hotspotLaw }), .1), .7)
	near("uniform: records of the hottest tenth", top(counts(func(d *Draws) { d.Law = uniformLaw; d.Theta = 0 }), .1), .12)
	if n := counts(func(d *Draws) { d.Law = latestLaw }); n[keys-1] < n[keys-2] || n[keys-2] < n[keys/2] || sum(n[:keys/2]) == 0 {
		t.Errorf("latest: the youngest has %d records, the next %d, one in the middle %d", n[keys-1], n[keys-2], n[keys/2])
	}
	if n := counts(func(d *Draws) { d.Law = sequentialLaw }); slices.Min(n) != records/keys || slices.Max(n) != records/keys {
		t.Errorf("sequential: from %d to %d records a key, want %d", slices.Min(n), slices.Max(n), records/keys)
	}
	if n := counts(func(d *Draws) { d.Law, d.File = fileLaw, []int32{3, 5, 3, 9} }); n[3] != records/2 || n[5] != records/4 || n[9] != records/4 {
		t.Errorf("file: %d, %d and %d records; want %d, %d, %d", n[3], n[5], n[9], records/2, records/4, records/4)
	}
	for _, law := range []string{uniformLaw, zipfianLaw, latestLaw, hotspotLaw} {
		n := counts(func(d *Draws) { d.Law, d.New = law, .02 })
		near(law+": keys that came", float64(len(n)-keys), .02*records)
		if slices.Contains(n[keys:], 0) {
			t.Errorf("%s: a key that came has no record", law)
		}
	}
	if n := counts(func(d *Draws) { d.Law, d.New = latestLaw, .02 }); n[keys+10] < 2 {
		t.Errorf("latest: a key that came has %d records, want that it is drawn while it is young", n[keys+10])
	}
}

// A stream as long as it likes has as many different keys as the law says, and never begins again.
func TestZipfianNeverBeginsAgain(t *testing.T) {
	const keys, records, theta = 1_000_000, 5_000_000, 0.99
	drawn := Draws{Keys: keys, Records: records, Parts: 1, Seed: 7, Theta: theta, Law: zipfianLaw}.split()[0]
	want, zetan := 0.0, zeta(keys, theta)
	for k := 1; k <= keys; k++ {
		want -= math.Expm1(records * math.Log1p(-math.Pow(float64(k), -theta)/zetan))
	}
	seen, got := make([]bool, keys), 0.0
	for _, k := range drawn {
		if !seen[k] {
			seen[k] = true
			got++
		}
	}
	if math.Abs(got-want) > want/100 {
		t.Errorf("%d draws have %.0f different keys, want about %.0f", records, got, want)
	}
	for cycle := 1 << 20; cycle < records; cycle <<= 1 {
		same := 0
		for i, k := range drawn[cycle:] {
			if drawn[i] == k {
				same++
			}
		}
		if share := float64(same) / float64(records-cycle); share > .02 { // by chance it is the sum of the squares of all frequencies, 0.7 %
			t.Errorf("%.3f of the draws are what came %d before", share, cycle)
		}
	}
}

// Keys that come are drawn from then on, as often as others.
func TestNewKeysAreDrawnAgain(t *testing.T) {
	for _, law := range []string{uniformLaw, zipfianLaw, hotspotLaw, sequentialLaw} {
		d := Draws{Keys: 10_000, Records: 400_000, Parts: 1, Seed: 7, Law: law, New: .05, HotKeys: .2, HotOps: .8}
		if law == zipfianLaw {
			d.Theta = .9
		}
		n, seen, came, old := map[int32]int{}, 10_000, 0, 0
		for i, k := range d.split()[0] {
			switch {
			case int(k) == seen:
				seen++
			case i > 300_000 && k >= 10_000:
				came++
				n[k]++
			case i > 300_000:
				old++
			}
		}
		// 15,000 to 20,000 keys have come by then, beside 10,000
		if share := float64(came) / float64(came+old); share < .5 || share > .75 {
			t.Errorf("%s: %.2f of the later draws are of keys that came, want about 0.64", law, share)
		}
		if len(n) < 3000 {
			t.Errorf("%s: %d of the %d keys that came are drawn again", law, len(n), seen-10_000)
		}
	}
}

func TestKeysOfAFile(t *testing.T) {
	open := func(text string) Options {
		return Options{Parts: 2, Groups: 16, Params: map[string]string{"distribution": "file", "keys_path": "k.txt", "records": "10"},
			Open: func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	}
	job, err := Count().Open(open("ape\nbee\nape\ncat\n"))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(job.Input.Keys); n != 3 || job.Input.Records() != 10 {
		t.Errorf("%d keys, %d records; want 3 and 10", n, job.Input.Records())
	}
	for text, want := range map[string]string{
		"":                                 "k.txt:1:1: an empty file; want a key on each line",
		"a\n\nb\n":                         "k.txt:2:1: an empty line; want a key",
		"a\n" + strings.Repeat("x", 5<<10): "k.txt:2:1: a line of over 4096 bytes; want a key",
	} {
		if _, err := Count().Open(open(text)); err == nil || err.Error() != want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
	for name, change := range map[string]map[string]string{
		"no path":        {"distribution": "file"},
		"path for none":  {"distribution": "uniform", "keys_path": "k.txt"},
		"file and new":   {"distribution": "file", "keys_path": "k.txt", "new_keys": "0.1"},
		"share":          {"hot_keys": "1.5"},
		"share of words": {"new_keys": "many"},
	} {
		o := open("a\n")
		o.Params = change
		if _, err := Count().Open(o); err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "want ") {
			t.Errorf("%s: %v, want one line with what would be right", name, err)
		}
	}
}
