package tables

import "github.com/weirbench/weir/backends"

// lone is what a look at one key found for a record that came alone, where nothing is kept over batches. Most such looks are the only ones, so
// they leave nothing in the overlay that the end of the batch would have to put away; a second one in the batch finds this.
type lone struct {
	may bool // the host keeps nothing
	is  bool // of this batch; then
	ok  bool // there is a value
	val []byte
	n   int // bytes of the key, which are at the beginning of the overlay's
}

func newLone(h backends.CodedHost) lone { return lone{may: !h.Keeps()} }

// takes tells whether a look in a batch of so many records is one of these. Then there is nothing to gather before it.
func (l *lone) takes(records int) bool { return records == 1 && l.may }

// look asks for a key, the current one, that the caller appended to the overlay's bytes while that had no keys.
func (l *lone) look(o *overlay, key []byte) {
	if len(key) > o.most {
		o.long(len(key))
	}
	o.keys.Data = key[:0]
	v, ok, err := o.host.Get(key, l.val[:0])
	if err != nil {
		o.host.Fail(err)
	}
	l.is, l.ok, l.val, l.n = true, ok && err == nil, v, len(key)
}

// settle makes the key that was looked for the overlay's first, with what is known of it, and tells whether there was any.
func (l *lone) settle(o *overlay) bool {
	if !l.is || len(o.state) > 0 {
		return false
	}
	o.intern(o.keys.Data[:l.n])
	if o.state[0] = known; l.ok {
		o.state[0] |= present
	}
	return true
}
