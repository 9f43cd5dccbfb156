package engine

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
	"strconv"
	"strings"

	"github.com/weirbench/weir/backends"
	"github.com/weirbench/weir/backends/tables"
	"github.com/weirbench/weir/engine/state"
)

// A state file is a task's part of a checkpoint: for each key group in turn its entries, then an index of the groups, and the seal that every
// blob has. An entry is the name of its state, its key and its value, each behind its length as a uvarint. The index is 24 bytes a group
// that has entries: group (4), CRC-32C of its bytes (4), where they begin (8) and how many they are (8), all big-endian.
const indexRow = 24

// A StatePart says where a state file is and what is in it: what a task acks. It is text, so that a manifest can be read by people.
type StatePart struct {
	Name    string
	Size    int64 // of the payload
	Index   int64 // where the index begins; it ends with the payload
	Entries int64
	Digest  Digest
	Groups  backends.Groups // those of the task: an entry of another is none of this file
	// Operator is the Spec's, States what the entries of each state are made of: what this is restored into must be of the same.
	Operator string
	States   tables.Forms
	// Held is the operator state of the task, as state.AppendShares writes it: small, so it travels in the part itself. Its lists are in Digest;
	// Copy is the digest of its broadcast maps, of which every task has the same.
	Held string
	Copy Digest
}

// What is before the operator and the states, either of which may be nothing.
const ofOperator, ofStates = "of=", "states="

func (p StatePart) String() string {
	text := fmt.Sprintf("%s %d %d %d %s %d %d %s%s %s%s",
		p.Name, p.Size, p.Index, p.Entries, p.Digest, p.Groups.First, p.Groups.Last, ofOperator, tables.Word(p.Operator), ofStates, p.States)
	if p.Held != "" {
		text += fmt.Sprintf(" %s %s", p.Copy, base64.RawStdEncoding.EncodeToString([]byte(p.Held)))
	}
	return text
}

// ParseStatePart reads what String wrote.
func ParseStatePart(b []byte) (p StatePart, err error) {
	f := strings.Fields(string(b))
	if len(f) != 9 && len(f) != 11 {
		return p, fmt.Errorf("part %q: %d fields, want 9, or 11 with operator state", b, len(f))
	}
	p.Name = f[0]
	for i, n := range []*int64{&p.Size, &p.Index, &p.Entries} {
		if *n, err = strconv.ParseInt(f[1+i], 10, 64); err != nil {
			return p, fmt.Errorf("part %q: %w", b, err)
		}
	}
	for i, n := range []*int{&p.Groups.First, &p.Groups.Last} {
		if *n, err = strconv.Atoi(f[5+i]); err != nil {
			return p, fmt.Errorf("part %q: %w", b, err)
		}
	}
	if err = p.parseStates(f[7], f[8]); err != nil {
		return p, fmt.Errorf("part %q: %w", b, err)
	}
	if p.Digest, err = ParseDigest(f[4]); err != nil || len(f) == 9 {
		return p, err
	}
	held, err := base64.RawStdEncoding.DecodeString(f[10])
	if err != nil {
		return p, fmt.Errorf("part %q: %w", b, err)
	}
	p.Held = string(held)
	p.Copy, err = ParseDigest(f[9])
	return p, err
}

func (p *StatePart) parseStates(operator, states string) (err error) {
	operator, ok := strings.CutPrefix(operator, ofOperator)
	states, all := strings.CutPrefix(states, ofStates)
	if !ok || !all {
		return fmt.Errorf("it does not say of which operator and states it is")
	}
	if p.Operator, err = tables.OfWord(operator); err == nil {
		p.States, err = tables.ParseForms(states)
	}
	return err
}

// hold adds the operator state of the task.
func (p *StatePart) hold(all []state.Share) {
	for i := range all {
		sum := &p.Digest
		if all[i].Mode == state.Broadcast {
			sum = &p.Copy
		}
		all[i].Each(sum.Add)
		p.Entries += int64(len(all[i].Elements))
	}
	p.Held = string(state.AppendShares(nil, all))
}

// whole is the digest of what a task holds. That of what all hold is the sum over the tasks, so a broadcast map counts with the first.
func (p *StatePart) whole(task int) Digest {
	d := p.Digest
	if task == 0 {
		d.Merge(p.Copy)
	}
	return d
}

// A stateBody encodes a snapshot, a key group at a time, and knows what it wrote.
type stateBody struct {
	snap   backends.Snapshot
	next   int // key group
	dry    bool
	index  []byte
	not    []string // states that the digest leaves out
	part   StatePart
	ledger *ledger
	armed  *Armed // the timers that it met; nil: nobody asks
	lives  *lives // nil: nobody asks
}

// newStateBody encodes s, or, dry, only looks at it. It reads of t which services of timers there are.
func newStateBody(s backends.Snapshot, dry bool, volatile []string, t *ledger) *stateBody {
	g := s.Groups()
	b := &stateBody{snap: s, next: g.First, dry: dry, not: volatile, ledger: t, part: StatePart{Groups: g}}
	if t.whole() {
		b.armed = &Armed{}
	}
	return b
}

func (x *stateBody) Encode(b []byte) ([]byte, bool, error) {
	if x.next == x.snap.Groups().First {
		if err := x.lives.should(); err != nil {
			return b, false, err
		}
	}
	b = x.room(b)
	begin := len(b)
	err := x.snap.Each(x.next, func(e *backends.Entry) error {
		if !x.dry && x.ledger.loses(e) {
			return nil
		}
		if len(x.not) == 0 || !slices.Contains(x.not, e.State) {
			x.part.Digest.Add(e)
		}
		x.part.Entries++
		x.lives.has(e)
		if x.armed != nil {
			if err := x.ledger.count(x.armed, e); err != nil {
				return err
			}
		}
		if !x.dry {
			b = appendEntry(b, e)
		}
		return nil
	})
	if n := len(b) - begin; n > 0 {
		x.index = binary.BigEndian.AppendUint32(x.index, uint32(x.next))
		x.index = binary.BigEndian.AppendUint32(x.index, crc32.Checksum(b[begin:], castagnoli))
		x.index = binary.BigEndian.AppendUint64(x.index, uint64(begin))
		x.index = binary.BigEndian.AppendUint64(x.index, uint64(n))
	}
	x.next++
	if err != nil || x.next <= x.snap.Groups().Last {
		return b, err == nil, err
	}
	x.part.Index = int64(len(b))
	b = append(b, x.index...)
	x.part.Size = int64(len(b))
	return b, false, nil
}

// guessFrom is from how many bytes on the size of a state file is guessed.
const guessFrom = 1 << 20

// room makes room for the groups that are to come, as if they were as large as those before: a large file that grew as slices do would be copied
// again and again, and take twice its size.
func (x *stateBody) room(b []byte) []byte {
	g := x.snap.Groups()
	done := x.next - g.First
	if x.dry || done < 1 || len(b) < guessFrom {
		return b
	}
	left := len(b) / done * (g.Last + 1 - x.next)
	return slices.Grow(b, left+left/16+indexRow*(g.Last+1-g.First))
}

func appendEntry(b []byte, e *backends.Entry) []byte {
	b = append(binary.AppendUvarint(b, uint64(len(e.State))), e.State...)
	b = append(binary.AppendUvarint(b, uint64(len(e.Key))), e.Key...)
	return append(binary.AppendUvarint(b, uint64(len(e.Value))), e.Value...)
}

// EachEntry yields the entries of a state file's payload, group by group. An entry is valid until yield returns. Groups are the file's own and lie one
// behind the other up to the index: one that begins elsewhere is no group.
func EachEntry(p StatePart, payload []byte, yield func(*backends.Entry) error) error {
	if p.Index < 0 || p.Index > int64(len(payload)) || p.Size != int64(len(payload)) {
		return fmt.Errorf("%s: %d bytes, its manifest says %d: %w", p.Name, len(payload), p.Size, ErrCorrupt)
	}
	at, end := p.Index, uint64(0)
	for ; at+indexRow <= p.Size; at += indexRow {
		row := payload[at : at+indexRow]
		group := int(binary.BigEndian.Uint32(row))
		if !p.Groups.Has(group) {
			return fmt.Errorf("%s: key group %d, it should have those of %s: %w", p.Name, group, p.Groups, ErrCorrupt)
		}
		from, n := binary.BigEndian.Uint64(row[8:]), binary.BigEndian.Uint64(row[16:])
		if from != end || n > uint64(p.Index)-from {
			return fmt.Errorf("%s: a key group that does not follow the one before: %w", p.Name, ErrCorrupt)
		}
		end += n
		if err := eachOfGroup(group, payload[from:end], yield); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	if at != p.Size || end != uint64(p.Index) {
		return fmt.Errorf("%s: an index that says less than there is: %w", p.Name, ErrCorrupt)
	}
	return nil
}

func eachOfGroup(group int, b []byte, yield func(*backends.Entry) error) error {
	ok := true
	cut := func() []byte {
		n, w := binary.Uvarint(b)
		if w <= 0 || n > uint64(len(b)-w) {
			ok, b = false, nil
			return nil
		}
		part := b[w : w+int(n) : w+int(n)]
		b = b[w+int(n):]
		return part
	}
	name := ""
	e := &backends.Entry{Group: group}
	for len(b) > 0 {
		if s := cut(); string(s) != name {
			name = string(s)
		}
		e.State, e.Key, e.Value = name, cut(), cut()
		if !ok {
			return fmt.Errorf("key group %d: %w", group, ErrCorrupt)
		}
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

// findGroup looks up a key group in the bytes of an index.
func findGroup(index []byte, group int) (off, n int64, sum uint32, ok bool) {
	for ; len(index) >= indexRow; index = index[indexRow:] {
		if int(binary.BigEndian.Uint32(index)) == group {
			return int64(binary.BigEndian.Uint64(index[8:])), int64(binary.BigEndian.Uint64(index[16:])), binary.BigEndian.Uint32(index[4:]), true
		}
	}
	return
}
