package linearizability

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// ErrTruncated: a stored history breaks off. What was read up to there is answered beside it.
var ErrTruncated = errors.New("the history breaks off")

// storedFormat stands in the first line of a stored history.
const storedFormat = "weir.history/v1"

// lineBytesMax is more than any line of a stored history has: that of a transaction of a hundred million records is shorter. A file of some
// kilobytes can become gigabytes when it is decompressed.
const lineBytesMax = 1 << 30

// windowBytesMax is far more than the window that Write uses: a reader has as much memory ready as a file asks for.
const windowBytesMax = 64 << 20

// header is the first line.
type header struct {
	Format string `json:"format"`
	Ops    int    `json:"ops"`
	Txns   int    `json:"txns"`
	*History
}

// storedOp is an Op as a line has it. IDs are packed; see packIDs.
type storedOp struct {
	Kind    string   `json:"k"`
	Outcome Outcome  `json:"o,omitempty"`
	Attempt int64    `json:"e"`
	Client  int      `json:"c,omitempty"`
	Call    int64    `json:"t"`
	Return  int64    `json:"r,omitempty"`
	At      int64    `json:"at,omitempty"`
	Task    int      `json:"task,omitempty"`
	Ckpt    int64    `json:"ckpt,omitempty"`
	Pos     int64    `json:"pos,omitempty"`
	Key     int32    `json:"key,omitempty"`
	IDs     string   `json:"ids,omitempty"`
	Cursors []Cursor `json:"cursors,omitempty"`
	Digest  *Digest  `json:"digest,omitempty"`
	Text    string   `json:"text,omitempty"`
	Kept    []int64  `json:"kept,omitempty"`
	Mark    int64    `json:"mark,omitempty"`
	Alarms  string   `json:"alarms,omitempty"`
	Armed   *Armed   `json:"armed,omitempty"`
	Idle    bool     `json:"idle,omitempty"`
	Lives   []Living `json:"lives,omitempty"`
}

type storedTxn struct {
	*Txn
	IDs   string `json:"ids"`
	Looks string `json:"looks,omitempty"`
}

// Write stores a history as lines of JSON, compressed: a header, then the operations, then the transactions. The Truth is left out.
func (h *History) Write(w io.Writer) error {
	z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	b := bufio.NewWriterSize(z, 1<<16)
	err = h.writeLines(json.NewEncoder(b))
	if flushed := b.Flush(); err == nil {
		err = flushed
	}
	if closed := z.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}

func (h *History) writeLines(e *json.Encoder) error {
	if err := e.Encode(header{storedFormat, len(h.Ops), len(h.Output), h}); err != nil {
		return err
	}
	var packed []byte
	for i := range h.Ops {
		op := &h.Ops[i]
		if op.Kind >= Kinds {
			return fmt.Errorf("operation %d is of no kind: %d", i, op.Kind)
		}
		line := storedOp{kindNames[op.Kind], op.Outcome, op.Attempt, op.Client, op.Call, op.Return, op.At, op.Task, op.Ckpt, op.Pos, op.Key,
			"", op.Cursors, nil, op.Text, op.Kept, op.Mark, "", op.Armed, op.Idle, op.Lives}
		if op.Digest != (Digest{}) {
			line.Digest = &op.Digest
		}
		line.IDs, packed = packIDs(op.IDs, packed)
		line.Alarms, packed = packAlarms(op.Alarms, packed)
		if err := e.Encode(&line); err != nil {
			return err
		}
	}
	for i := range h.Output {
		line := storedTxn{Txn: &h.Output[i], Looks: packLooks(h.Output[i].Looks)}
		line.IDs, packed = packIDs(h.Output[i].IDs, packed)
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// ReadHistory reads what Write wrote. From a file that breaks off, as that of a killed run, it answers what comes before, with an error
// that wraps ErrTruncated; from a damaged file and from anything else than a history, nil and an error.
func ReadHistory(r io.Reader) (*History, error) { return readHistory(r, lineBytesMax) }

func readHistory(r io.Reader, lineMax int) (*History, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(windowBytesMax))
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	defer z.Close()
	lines := &lineReader{bufio.NewReaderSize(z, 1<<16), lineMax, nil}
	first, err := lines.next()
	if err != nil {
		return nil, fmt.Errorf("read history: the first line is not complete: %w", damage(err))
	}
	h := &History{}
	head := header{History: h}
	if err := json.Unmarshal(first, &head); err != nil {
		return nil, fmt.Errorf("read history: line 1: %w", err)
	}
	if head.Format != storedFormat {
		return nil, fmt.Errorf("read history: line 1: the format is %q, want %q", head.Format, storedFormat)
	}
	if head.Ops < 0 || head.Txns < 0 {
		return nil, fmt.Errorf("read history: line 1: %d operations and %d transactions", head.Ops, head.Txns)
	}
	if err := h.readLines(lines, head.Ops, head.Txns); errors.Is(err, ErrTruncated) {
		return h, err
	} else if err != nil {
		return nil, err
	}
	return h, nil
}

// A lineReader reads lines of at most so many bytes.
type lineReader struct {
	*bufio.Reader
	max  int
	line []byte
}

// next is the next line, valid until the one after that.
func (r *lineReader) next() ([]byte, error) {
	r.line = r.line[:0]
	for {
		part, err := r.ReadSlice('\n')
		if len(r.line)+len(part) > r.max {
			return nil, fmt.Errorf("a line of over %d bytes", r.max)
		}
		if r.line = append(r.line, part...); err != bufio.ErrBufferFull {
			return r.line, err
		}
	}
}

func (h *History) readLines(lines *lineReader, ops, txns int) error {
	var packed []byte
	for n := range ops + txns {
		line, err := lines.next()
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("read history: %w after %d of %d operations and %d of %d transactions", ErrTruncated, len(h.Ops), ops, len(h.Output), txns)
		}
		if err != nil {
			return fmt.Errorf("read history: line %d: damaged: %w", n+2, err)
		}
		if n < ops {
			packed, err = h.readOp(line, packed)
		} else {
			packed, err = h.readTxn(line, packed)
		}
		if err != nil {
			return fmt.Errorf("read history: line %d: damaged: %w", n+2, err)
		}
	}
	if _, err := lines.ReadByte(); err != nil && err != io.EOF {
		return fmt.Errorf("read history: damaged: %w", err)
	} else if err == nil {
		return fmt.Errorf("read history: line %d: there is more than the first line says", ops+txns+2)
	}
	return nil
}

// damage is what the end of a file, too early, is called.
func damage(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (h *History) readOp(line, packed []byte) ([]byte, error) {
	var s storedOp
	if err := json.Unmarshal(line, &s); err != nil {
		return packed, err
	}
	kind, ok := kindOf(s.Kind)
	if !ok {
		return packed, fmt.Errorf("an operation of the unknown kind %q", s.Kind)
	}
	op := Op{kind, s.Outcome, s.Attempt, s.Client, s.Call, s.Return, s.At, s.Task, s.Ckpt, s.Pos, s.Key, nil, s.Cursors, Digest{}, s.Text, s.Kept, s.Mark, nil, s.Armed, s.Idle, s.Lives}
	if s.Digest != nil {
		op.Digest = *s.Digest
	}
	var err error
	if op.IDs, packed, err = unpackIDs(s.IDs, packed); err != nil {
		return packed, err
	}
	if op.Alarms, packed, err = unpackAlarms(s.Alarms, packed); err != nil {
		return packed, err
	}
	h.Ops = append(h.Ops, op)
	return packed, nil
}

func (h *History) readTxn(line, packed []byte) ([]byte, error) {
	var t Txn
	s := storedTxn{Txn: &t}
	if err := json.Unmarshal(line, &s); err != nil {
		return packed, err
	}
	var err error
	if t.IDs, packed, err = unpackIDs(s.IDs, packed); err != nil {
		return packed, err
	}
	if t.Looks, err = unpackLooks(s.Looks); err != nil {
		return packed, err
	}
	h.Output = append(h.Output, t)
	return packed, nil
}

var kindNames = [Kinds]string{"apply", "read", "snap", "commit", "takeover", "recover", "trigger", "abort", "reload", "rewind", "publish",
	"delete", "own", "notify", "alarm", "mark"}

func (k Kind) String() string {
	if k < Kinds {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

func kindOf(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name {
			return Kind(k), true
		}
	}
	return 0, false
}
