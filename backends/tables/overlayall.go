package tables

import "github.com/weirbench/weir/backends"

// together are keys that are asked for at once. What an overlay knows of a key is in four places, each of which says where the next is; so they are
// walked to for all keys side by side, and the processor waits for many at a time.
type together struct {
	keys backends.Rows
	hash []uint32
	at   []uint64 // what the index says where a key is at home
	sum  byte     // keeps the loops alive
}

// internAll is intern for keys of which none is too long, and appends their places to dst. isNew is told of each that is kept.
func (o *overlay) internAll(x *together, dst []int, isNew func()) []int {
	n := x.keys.Len()
	if len(o.state) < few {
		for i := range n {
			at, anew := o.intern(append(o.keys.Data, x.keys.At(i)...))
			if dst = append(dst, at); anew {
				isNew()
			}
		}
		return dst
	}
	o.room(n)
	x.walk(o)
	for i := range n {
		at, anew := o.seat(append(o.keys.Data, x.keys.At(i)...), x.hash[i])
		if dst = append(dst, at); anew {
			isNew()
		}
	}
	return dst
}

func (x *together) walk(o *overlay) {
	x.hash, x.at = x.hash[:0], x.at[:0]
	for i := range x.keys.Len() {
		x.hash = append(x.hash, hashBytes(x.keys.At(i)))
	}
	mask, sum := len(o.index)-1, byte(0)
	for _, h := range x.hash {
		x.at = append(x.at, o.index[int(h)&mask])
	}
	for i, e := range x.at {
		if e>>32 != o.tagged(x.hash[i], 0)>>32 {
			x.at[i] = 0
			continue
		}
		sum += byte(o.keys.Ends[uint32(e)]) + o.state[uint32(e)]
	}
	for _, e := range x.at {
		if i := int(uint32(e)); e != 0 {
			sum += o.keys.Data[o.keys.Ends[i]-1]
		}
	}
	x.sum = sum
}
