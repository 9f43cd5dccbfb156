package workloads

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// How large values are.
const (
	fixedSizes     = "fixed"
	uniformSizes   = "uniform"
	lognormalSizes = "lognormal"
)

// sizeParams are the parameters of how large values are, or elements, or whatever of is.
func sizeParams(of, size, what string) []Param {
	return []Param{
		measure(Bytes, of+"_size", size, "bytes of "+what+"; of uniform ones the most, of lognormal ones the median", chainWidth, valueBytesMax),
		choice(of+"_sizes", "fixed, uniform from "+strconv.Itoa(chainWidth)+" bytes up, or lognormal, of which none has more than 64 times the median", fixedSizes, uniformSizes, lognormalSizes),
		{Name: of + "_sigma", Default: "1", Doc: "lognormal: the standard deviation of a size's logarithm", When: []When{{of + "_sizes", []string{lognormalSizes}}}, Check: func(v string) error {
			if f, err := strconv.ParseFloat(v, 64); err != nil || !(f > 0 && f <= 10) {
				return fmt.Errorf("%s_sigma %q; want a number above 0, up to 10", of, short(v))
			}
			return nil
		}},
	}
}

// sizing is how large the values are that records write: a Padded each.
type sizing struct {
	size  int // chain included
	sizes string
	sigma float64
}

// sizing reads sizeParams.
func (v *values) sizing(of string) sizing {
	return sizing{int(v.amount(of + "_size")), v.text(of + "_sizes"), v.share(of + "_sigma")}
}

// bytes is how large the value is that a key's nth record writes.
func (s sizing) bytes(key, n uint64) int {
	u := mix(key<<32 ^ n ^ 0x512E)
	switch s.sizes {
	case uniformSizes:
		return chainWidth + int(below(u, uint64(s.size-chainWidth+1)))
	case lognormalSizes:
		r, angle := math.Sqrt(-2*math.Log(1-unit(u))), 2*math.Pi*unit(mix(u+1)) // Box and Muller
		size := float64(s.size) * math.Exp(s.sigma*r*math.Cos(angle))
		return int(max(chainWidth, min(size, float64(s.size)*64, valueBytesMax)))
	}
	return s.size
}

// codec is that of the values.
func (s sizing) codec() padded {
	if s.sizes == fixedSizes {
		return padded{s.size}
	}
	return padded{-1}
}

// write is the value that a record of a key writes whose chain is c, in the padding of the one before if that is as large.
func (s sizing) write(old Padded, key uint64, c Chain) Padded {
	if pad := s.bytes(key, c.N) - chainWidth; len(old.Pad) != pad {
		old.Pad = make([]byte, pad)
	}
	old.Chain = c
	fill(old.Pad, c.H)
	return old
}

// append appends that value as it is encoded.
func (s sizing) append(b []byte, key uint64, c Chain) []byte {
	return appendPadded(b, c, s.bytes(key, c.N))
}

// appendElement appends it as an element of a list, whose length is before it unless all have the same.
func (s sizing) appendElement(b []byte, key uint64, c Chain) []byte {
	if s.sizes != fixedSizes {
		b = binary.AppendUvarint(b, uint64(s.bytes(key, c.N)))
	}
	return s.append(b, key, c)
}

// appendPadded appends a chain with its padding, size bytes together.
func appendPadded(b []byte, c Chain, size int) []byte {
	from := len(b)
	b = slices.Grow(chains{}.Append(b, c), size-chainWidth)[:from+size]
	fill(b[from+chainWidth:], c.H)
	return b
}

// sound tells whether a value has the padding that belongs to its chain. want is scratch.
func (v Padded) sound(want *[]byte) bool {
	*want = slices.Grow((*want)[:0], len(v.Pad))[:len(v.Pad)]
	fill(*want, v.H)
	return slices.Equal(*want, v.Pad)
}
