package workloads

import "math"

// Draws says how made-up records fall on keys and keys on partitions. What is drawn depends on nothing else.
type Draws struct {
	Keys    int     // 0..Keys-1 before any new one comes
	Theta   float64 // 0: uniform; else zipfian, as YCSB draws it: between 0 and 1
	Records int64
	Parts   int // key k is of partition k modulo Parts
	Seed    uint64

	Law     string  // "", "uniform" and "zipfian" are as Theta says; "hotspot", "latest", "sequential", "file"
	HotKeys float64 // hotspot: this share of the keys
	HotOps  float64 // gets this share of the records
	New     float64 // this share of the records comes with a key of its own, the next number
	File    []int32 // file: the keys in order, again and again
	Fill    bool    // the first Keys records come each with another key; what follows is drawn
	Dry     int     // the last so many partitions
	DryAt   int64   // have no more records than this; the others that they would have do not come
}

// split draws the keys of all partitions, by offset.
func (d Draws) split() [][]int32 {
	keys := d.draw()
	if d.Parts == 1 {
		return [][]int32{keys}
	}
	sizes, parts := make([]int, d.Parts), make([][]int32, d.Parts)
	for _, k := range keys {
		sizes[uint32(k)%uint32(d.Parts)]++
	}
	for p := range parts {
		parts[p] = make([]int32, 0, sizes[p])
	}
	for _, k := range keys {
		p := uint32(k) % uint32(d.Parts)
		parts[p] = append(parts[p], k)
	}
	d.dry(parts)
	return parts
}

// dry shortens the partitions that run dry.
func (d Draws) dry(parts [][]int32) {
	for p := max(0, d.Parts-d.Dry); p < d.Parts; p++ {
		parts[p] = parts[p][:min(d.DryAt, int64(len(parts[p])))]
	}
}

// draw draws the keys of all records, as they come before they are split.
func (d Draws) draw() []int32 {
	keys := make([]int32, d.Records)
	rest := keys
	if d.Fill {
		n := min(int64(d.Keys), d.Records)
		s := newSpread(uint64(d.Keys))
		for i := range n {
			keys[i] = int32(s.of(uint64(i)))
		}
		rest = keys[n:]
	}
	d.drawLaw(rest)
	return keys
}

// bits are 64 random bits for record i.
func (d Draws) bits(i int64) uint64 {
	return mix(mix(d.Seed+0x9E3779B97F4A7C15) + uint64(i)*0x9E3779B97F4A7C15)
}

// zipf draws ranks of n items, the most frequent first, by the method of Gray and others ("Quickly generating billion-record synthetic
// databases", 1994), with the names that YCSB gives its parts. A draw is a logarithm and an exponential: half the time of a power.
type zipf struct {
	n                               uint64
	theta, zeta2, zetan, eta, alpha float64
	second                          float64 // below this product of draw and zetan the rank is 1
}

func newZipf(n uint64, theta float64) *zipf {
	z := &zipf{n: n, theta: theta, zeta2: zeta(2, theta), zetan: zeta(n, theta), alpha: 1 / (1 - theta), second: 1 + math.Pow(0.5, theta)}
	z.bend()
	return z
}

// bend follows from how many items there are.
func (z *zipf) bend() {
	z.eta = (1 - math.Pow(2/float64(z.n), 1-z.theta)) / (1 - z.zeta2/z.zetan)
}

// grow makes it one item more.
func (z *zipf) grow() {
	z.n++
	z.zetan += math.Pow(float64(z.n), -z.theta)
	z.bend()
}

// rank is the rank of u, which is from 0 to less than 1.
func (z *zipf) rank(u float64) uint64 {
	switch uz := u * z.zetan; {
	case uz < 1 || z.n == 1:
		return 0
	case uz < z.second || z.n == 2:
		return 1
	}
	return min(z.n-1, uint64(float64(z.n)*math.Exp(z.alpha*math.Log(z.eta*u-z.eta+1))))
}

// zetaExact is how many terms of zeta are added one by one.
const zetaExact = 10_000

// zeta is the sum of 1/i^theta for i from 1 to n: the first terms as they are, the rest by the Euler–Maclaurin formula, whose next term is
// below 1e-16 here.
func zeta(n uint64, theta float64) (sum float64) {
	m := min(n, zetaExact)
	for i := m; i > 0; i-- {
		sum += math.Pow(float64(i), -theta)
	}
	if n == m {
		return sum
	}
	a, b := float64(m), float64(n)
	sum += (math.Pow(b, 1-theta) - math.Pow(a, 1-theta)) / (1 - theta)
	sum += (math.Pow(b, -theta) - math.Pow(a, -theta)) / 2
	return sum - theta*(math.Pow(b, -theta-1)-math.Pow(a, -theta-1))/12
}

// spread is a permutation of n numbers: so that frequent keys are not neighbours, neither in a store nor in a partition.
type spread struct{ n, factor uint64 }

func newSpread(n uint64) spread {
	f := max(1, uint64(float64(n)*0.6180339887498949))
	for gcd(f, n) != 1 {
		f++
	}
	return spread{n, f}
}

func (s spread) of(rank uint64) uint64 { return (rank*s.factor + s.n/3) % s.n }

// standing is which key has which rank. A key that comes takes a rank by chance, and the key that had it the last one: so every order of those
// that are there is as likely as another, at any time.
type standing struct {
	spread
	keys []int32 // by rank; nil: as spread says
}

// newStanding is that of n keys, which may become more.
func newStanding(n uint64, more bool) *standing {
	s := &standing{spread: newSpread(n)}
	if more {
		s.keys = make([]int32, n)
		for rank := range s.keys {
			s.keys[rank] = int32(s.spread.of(uint64(rank)))
		}
	}
	return s
}

func (s *standing) of(rank uint64) uint64 {
	if s.keys == nil {
		return s.spread.of(rank)
	}
	return uint64(s.keys[rank])
}

// add gives the next key a rank, which 64 random bits say.
func (s *standing) add(u uint64) {
	last := len(s.keys)
	s.keys = append(s.keys, int32(last))
	rank := below(u, uint64(last)+1)
	s.keys[rank], s.keys[last] = s.keys[last], s.keys[rank]
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
