package engine

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// The catalog is a log of blobs, catalog/00000000, catalog/00000001 and so on, each written by PutNew: whoever appends at a position
// that another took is told so. A new attempt first appends itself. From then on no older one can append, and whatever an older one
// had tried without learning the outcome is settled: it is before the takeover, or it is never.

// An Entry of the catalog: a completed checkpoint's manifest, or a takeover (Ckpt 0).
type Entry struct {
	Epoch    int64
	Ckpt     int64
	Restored int64    // of a takeover: the checkpoint that the attempt starts from
	Why      string   // of a takeover: why not a newer one
	Retained []int64  // positions of the checkpoints that are kept, ascending; of a manifest: itself is the last
	Final    bool     // of a manifest: all sources were at their end
	Parts    [][]byte // by task: what it acked
}

// EntryName is the blob of a position.
func EntryName(pos int64) string { return fmt.Sprintf("catalog/%08d", pos) }

const catalogHead = "weir catalog 1\n"

// Encode writes the entry as text, a field a line, so that people can read it.
func (e *Entry) Encode() []byte {
	b := bytes.NewBufferString(catalogHead)
	fmt.Fprintf(b, "epoch %d\ncheckpoint %d\n", e.Epoch, e.Ckpt)
	if e.Ckpt == 0 {
		fmt.Fprintf(b, "restored %d\nwhy %s\n", e.Restored, strings.ReplaceAll(e.Why, "\n", " "))
	}
	if e.Final {
		fmt.Fprintf(b, "final\n")
	}
	for _, pos := range e.Retained {
		fmt.Fprintf(b, "retained %d\n", pos)
	}
	for _, p := range e.Parts {
		fmt.Fprintf(b, "part %s\n", p)
	}
	b.WriteString("end\n")
	return b.Bytes()
}

// ParseEntry reads what Encode wrote.
func ParseEntry(b []byte) (*Entry, error) {
	e, whole, err := parseEntry(b)
	if err == nil && !whole {
		err = errors.New("no end")
	}
	if err != nil {
		return nil, fmt.Errorf("catalog entry: %w", err)
	}
	return e, nil
}

func parseEntry(b []byte) (e *Entry, whole bool, err error) {
	e = &Entry{}
	rest, ok := strings.CutPrefix(string(b), catalogHead)
	if !ok {
		return nil, false, errors.New("not a catalog entry")
	}
	for line := range strings.Lines(rest) {
		if whole || !strings.HasSuffix(line, "\n") {
			return e, false, nil
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		var n int64
		var err error
		if field != "part" && field != "why" && field != "end" && field != "final" {
			if n, err = strconv.ParseInt(value, 10, 64); err != nil {
				return nil, false, fmt.Errorf("line %q: %w", line, err)
			}
		}
		switch field {
		case "epoch":
			e.Epoch = n
		case "checkpoint":
			e.Ckpt = n
		case "restored":
			e.Restored = n
		case "why":
			e.Why = value
		case "final":
			e.Final = true
		case "retained":
			e.Retained = append(e.Retained, n)
		case "part":
			e.Parts = append(e.Parts, []byte(value))
		case "end":
			whole = true
		default:
			return nil, false, fmt.Errorf("unknown field %q", field)
		}
	}
	return e, whole, nil
}

// files are the state files that the entry names.
func (e *Entry) files() (names []string) {
	for _, p := range e.Parts {
		if strings.HasPrefix(string(p), "state/") {
			name, _, _ := strings.Cut(string(p), " ")
			names = append(names, name)
		}
	}
	return names
}
