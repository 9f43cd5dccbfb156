package engine

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/weirbench/weir/backends"
)

// Everything that is put is sealed: twelve bytes behind the payload, CRC-32C of it and then its length, both big-endian. So a reader knows
// a blob that is cut short or has a flipped bit, wherever.
const sealLen = 12

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal appends the seal of b to b.
func Seal(b []byte) []byte {
	n := uint64(len(b))
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli)), n)
}

// Unseal returns the payload of a sealed blob, or wraps ErrCorrupt.
func Unseal(name string, b []byte) ([]byte, error) {
	n := len(b) - sealLen
	if n < 0 {
		return nil, fmt.Errorf("%s: %d bytes, too short to be whole: %w", name, len(b), ErrCorrupt)
	}
	seal := b[n:]
	if want := binary.BigEndian.Uint64(seal[4:]); want != uint64(n) {
		return nil, fmt.Errorf("%s: %d bytes, its seal says %d: %w", name, n, want, ErrCorrupt)
	}
	if got, want := crc32.Checksum(b[:n], castagnoli), binary.BigEndian.Uint32(seal); got != want {
		return nil, fmt.Errorf("%s: checksum %08x, want %08x: %w", name, got, want, ErrCorrupt)
	}
	return b[:n:n], nil
}

// Encode makes the payload of an operation, all pieces of it. A driver that lets others step in between calls Body.Encode itself.
func Encode(op *Op, b []byte) ([]byte, error) {
	if op.Body == nil {
		return b, nil
	}
	for {
		var more bool
		var err error
		if b, more, err = op.Body.Encode(b); err != nil || !more {
			return b, err
		}
	}
}

// Apply does what an operation says to storage, with the payload that Encode made. It is called once; after an error of unknown outcome a
// driver may call it again later, with the same payload: that is what a late effect is.
func Apply(b backends.Blobs, op *Op, payload []byte) Result {
	r := Result{Tag: op.Tag, Verb: op.Verb, Name: op.Name, Body: op.Body}
	switch op.Verb {
	case Put:
		sealed := Seal(payload)
		r.Name = fmt.Sprintf("%s-%x", op.Name, sealed[len(payload):])
		r.Err = b.Put(r.Name, sealed)
	case PutNew:
		r.Err = b.PutNew(op.Name, Seal(payload))
	case Get:
		if r.Data, r.Err = b.Get(op.Name); r.Err == nil {
			r.Data, r.Err = Unseal(op.Name, r.Data)
		}
	case GetPart:
		r.Data, r.Err = b.GetPart(op.Name, op.Off, op.Len)
	case Delete:
		r.Err = b.Delete(op.Name)
	case List:
		var names []string
		if names, r.Err = b.List(op.Name); r.Err == nil {
			r.Data = []byte(strings.Join(names, "\n"))
		}
	case Scan:
	}
	return r
}

// Tear stores what a storage that broke its word may leave of a put: the first half of its bytes. Other operations it does not touch.
func Tear(b backends.Blobs, op *Op, payload []byte) {
	sealed := Seal(payload)
	half := sealed[:len(sealed)/2]
	switch op.Verb {
	case Put:
		b.Put(fmt.Sprintf("%s-%x", op.Name, sealed[len(payload):]), half)
	case PutNew:
		b.PutNew(op.Name, half)
	}
}

// Certain tells whether an error leaves no doubt of what became of the operation.
func Certain(err error) bool {
	return err == nil || errors.Is(err, backends.ErrExists) || errors.Is(err, backends.ErrAbsent) || errors.Is(err, ErrCorrupt) || !errors.Is(err, backends.ErrUnknown)
}
