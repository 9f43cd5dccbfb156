package workloads

import (
	"encoding/binary"

	"github.com/weirbench/weir/engine"
)

// Told is a row of a job that tells more than what it saw of each record.
type Told struct {
	What toldKind
	Row        // of a record and of a late one; of a pane the ID is which of its key it is, and the Chain its number of records and their sum
	A, B int64 // of a pane its window; of a look when it was, and the time of the last write that it saw, -1 when it saw none
}

type toldKind uint8

const (
	aRecord toldKind = iota
	aPane
	aLateRecord
	aLook
	toldKinds
)

// A Pane is what a window told when it fired.
type Pane struct {
	Key        int32 // key number
	Start, End int64
	Nth        int64  // of the panes of its key, from 1
	N          int64  // records
	Sum        uint64 // of their names, each mixed
}

// A Look is what a record saw of state with a TTL.
type Look struct {
	ID  engine.ID
	Now int64 // processing time, microseconds since the run began
	Saw int64 // the processing time of the last write that it saw, -1: none
}

// tolds is a transaction: a byte that says so, how long the rows of records are, those as rows writes them, and then what else was told, each
// behind its kind. Only the task that a key belongs to writes about it, so the order of a key's rows is that in which they came about.
type tolds struct {
	rows rows[uint64]
	more []byte
}

const toldMark = 0xC2

func newTolds() engine.Txn[uint64, Told] {
	return &tolds{rows: rows[uint64]{key: binary.AppendUvarint}}
}

func (t *tolds) Add(in *engine.Rows[uint64, Told]) {
	for i := range in.Vals {
		r, key := &in.Vals[i], in.Keys[i].K
		if r.What == aRecord {
			t.rows.put(key, &r.Row)
			continue
		}
		b := binary.AppendUvarint(append(t.more, byte(r.What)), key)
		b = binary.AppendUvarint(b, uint64(r.ID))
		switch r.What {
		case aPane:
			b = binary.AppendVarint(binary.AppendVarint(b, r.A), r.B)
			b = binary.BigEndian.AppendUint64(binary.AppendUvarint(b, r.N), r.H)
		case aLook:
			b = binary.AppendVarint(binary.AppendVarint(b, r.A), r.B)
		}
		t.more = b
	}
}

// Seal gives the rows away.
func (t *tolds) Seal() []byte {
	rows := t.rows.Seal()
	if len(rows)+len(t.more) == 0 {
		return nil
	}
	b := append(binary.AppendUvarint([]byte{toldMark}, uint64(len(rows))), rows...)
	b = append(b, t.more...)
	t.more = t.more[:0]
	return b
}

// readTold yields what else a transaction tells, and answers the rows of records in it. All of it is looked at, whatever is wanted.
func readTold(b []byte, yield func(key uint64, r *Told)) (rows []byte, err error) {
	if len(b) == 0 || b[0] != toldMark {
		return nil, errRows
	}
	n, w := binary.Uvarint(b[1:])
	if w <= 0 || n > uint64(len(b)-1-w) {
		return nil, errRows
	}
	rows, b = b[1+w:1+w+int(n)], b[1+w+int(n):]
	cut := cutter{b: b}
	for len(cut.b) > 0 {
		r := Told{What: toldKind(cut.b[0])}
		cut.b = cut.b[1:]
		key := cut.unsigned()
		r.ID = engine.ID(cut.unsigned())
		switch r.What {
		case aPane:
			r.A, r.B = cut.signed(), cut.signed()
			r.N, r.H = cut.unsigned(), cut.eight()
		case aLook:
			r.A, r.B = cut.signed(), cut.signed()
		case aLateRecord:
		default:
			cut.bad = true
		}
		if cut.bad {
			return nil, errRows
		}
		yield(key, &r)
	}
	return rows, nil
}

// A cutter cuts numbers off bytes. bad: they were not there.
type cutter struct {
	b   []byte
	bad bool
}

func (c *cutter) unsigned() uint64 {
	n, w := binary.Uvarint(c.b)
	return c.cut(n, w)
}

func (c *cutter) signed() int64 {
	n, w := binary.Varint(c.b)
	return int64(c.cut(uint64(n), w))
}

func (c *cutter) eight() uint64 {
	if len(c.b) < 8 {
		return c.cut(0, 0)
	}
	return c.cut(binary.BigEndian.Uint64(c.b), 8)
}

func (c *cutter) cut(n uint64, w int) uint64 {
	if c.bad = c.bad || w <= 0; c.bad {
		c.b = nil
		return 0
	}
	c.b = c.b[w:]
	return n
}

// toldRows is the Rows of a job whose transactions are tolds.
func toldRows(txn []byte, yield func(engine.ID, string, int64, uint64)) error {
	rows, err := readTold(txn, func(uint64, *Told) {})
	if err != nil || len(rows) == 0 {
		return err
	}
	return readRows(rows, cutNumber, yield)
}

// toldPanes is its Panes.
func toldPanes(keys int) func(txn []byte, yield func(Pane)) error {
	return func(txn []byte, yield func(Pane)) error {
		_, err := readTold(txn, func(key uint64, r *Told) {
			if r.What == aPane {
				yield(Pane{keyNumber(key, keys), r.A, r.B, int64(r.ID), int64(r.N), r.H})
			}
		})
		return err
	}
}

// keyNumber is the number of a key, -1 when the input has none such.
func keyNumber(key uint64, keys int) int32 {
	if key >= uint64(keys) {
		return -1
	}
	return int32(key)
}

// toldLate is its Late.
func toldLate(txn []byte, yield func(engine.ID)) error {
	_, err := readTold(txn, func(_ uint64, r *Told) {
		if r.What == aLateRecord {
			yield(r.ID)
		}
	})
	return err
}

// toldLooks is its Looks.
func toldLooks(txn []byte, yield func(Look)) error {
	_, err := readTold(txn, func(_ uint64, r *Told) {
		if r.What == aLook {
			yield(Look{r.ID, r.A, r.B})
		}
	})
	return err
}
