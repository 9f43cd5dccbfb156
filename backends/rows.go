package backends

// Rows is a list of byte strings in one buffer, so that a thousand of them cross a border (cgo, a file, a network) in one call. A row may be
// absent, which is not the same as empty. Together they are shorter than RowsBytesMax.
type Rows struct {
	Data []byte
	Ends []uint32 // where each row ends in Data, with the highest bit: absent
}

// RowsBytesMax limits the buffer of Rows.
const RowsBytesMax = 1<<31 - 1

const absent = 1 << 31

// Reset empties r and keeps its memory.
func (r *Rows) Reset() { r.Data, r.Ends = r.Data[:0], r.Ends[:0] }

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.Ends) }

// Close makes a row of what was appended to Data since the last one.
func (r *Rows) Close() {
	if len(r.Data) > RowsBytesMax {
		tooLong()
	}
	r.Ends = append(r.Ends, uint32(len(r.Data)))
}

//go:noinline
func tooLong() {
	panic(&UsageError{What: "the bytes of one batch are over 2 GiB; make its records fewer or smaller"})
}

// Add appends a row.
func (r *Rows) Add(b []byte) {
	r.Data = append(r.Data, b...)
	r.Close()
}

// AddAbsent appends a row that is absent.
func (r *Rows) AddAbsent() { r.Ends = append(r.Ends, uint32(len(r.Data))|absent) }

// Has tells whether row i is present.
func (r *Rows) Has(i int) bool { return r.Ends[i]&absent == 0 }

// At is row i, valid until Reset; nil when absent.
func (r *Rows) At(i int) []byte {
	if r.Ends[i]&absent != 0 {
		return nil
	}
	from := uint32(0)
	if i > 0 {
		from = r.Ends[i-1] &^ absent
	}
	return r.Data[from:r.Ends[i]:r.Ends[i]]
}

// ValueBytesMax limits one value where it is written as bytes: our encoding can no more. A host may have a lower limit of its own, see LimitedHost.
const ValueBytesMax = 256 << 20
