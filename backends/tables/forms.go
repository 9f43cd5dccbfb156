package tables

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/weirbench/weir/backends"
)

// Forms say of some states what their entries are made of: of each its name and the Form of its description, as text without spaces that people can
// read and that a checkpoint keeps. The empty text is of no state.
type Forms string

// A NamedCodec is a Codec that says what it is called. Any other is called by its Go type. A checkpoint keeps the name, and its states are restored
// only by codecs of the same: a codec of another name is taken for one of other bytes.
type NamedCodec[T any] interface {
	backends.Codec[T]
	// CodecName is one word.
	CodecName() string
}

// CodecName is what a codec is called.
func CodecName[T any](c backends.Codec[T]) string {
	if n, ok := c.(NamedCodec[T]); ok {
		return n.CodecName()
	}
	return fmt.Sprintf("%T", c)
}

// CodecForm is CodecName, and the width of what it writes if there is one.
func CodecForm[T any](c backends.Codec[T]) string {
	if w := c.Width(); w >= 0 {
		return fmt.Sprint(CodecName(c), ":", w)
	}
	return CodecName(c)
}

// form is the Form of a state but for what it holds.
func (p *parts[K, N]) form(k backends.Kind) string {
	return fmt.Sprintf("%s key=%s ns=%s", k, CodecForm(p.key), CodecForm(p.ns))
}

// CodecName says that a time is before the value.
func (c stamps[V]) CodecName() string { return "ttl:" + CodecName(c.of) }

// ParseForms reads what a checkpoint keeps.
func ParseForms(text string) (Forms, error) {
	written := Forms("")
	for state, form := range Forms(text).all() {
		written = written.with(state, form)
	}
	if written != Forms(text) {
		return "", fmt.Errorf("%q is no list of states", text)
	}
	return written, nil
}

// Of is the form of a state, and whether it is one of them.
func (f Forms) Of(state string) (form string, ok bool) {
	for s, form := range f.all() {
		if s == state {
			return form, true
		}
	}
	return "", false
}

// Fit refuses to take the entries of some states for those of ours, where one of the same name has another form.
func (f Forms) Fit(had Forms) error {
	for state, was := range had.all() {
		is, ok := f.Of(state)
		if was, is = unplaced(was), unplaced(is); ok && is != was {
			return fmt.Errorf("state %s is a %s there, and a %s in this job: its entries cannot be read", state, was, is)
		}
	}
	return nil
}

// Moved refuses timers that were in a store and would be beside one on the heap. Flink restores those of a savepoint there, and of no checkpoint.
func (f Forms) Moved(had Forms) error {
	for state, was := range had.all() {
		if is, _ := f.Of(state); strings.HasSuffix(was, inStore) && strings.HasSuffix(is, onHeap) {
			return fmt.Errorf("the timers of state %s are in the store there, and on the heap in this job: Flink restores them so from a savepoint only", state)
		}
	}
	return nil
}

// What the form of timers ends with, where a store says in which place it has them.
const inStore, onHeap = " in=store", " in=heap"

func placed(s backends.Store, d backends.Desc) string {
	p, ok := s.(backends.Placed)
	switch {
	case !ok || d.Kind() != backends.TimerKind:
		return ""
	case p.TimerPlace() == backends.TimersInStore:
		return inStore
	}
	return onHeap
}

func unplaced(form string) string {
	return strings.TrimSuffix(strings.TrimSuffix(form, inStore), onHeap)
}

// And is f and those of others that f does not have.
func (f Forms) And(others Forms) Forms {
	for state, form := range others.all() {
		if _, ok := f.Of(state); !ok {
			f = f.with(state, form)
		}
	}
	return f
}

func (f Forms) with(state, form string) Forms {
	if f != "" {
		f += ","
	}
	return f + Forms(Word(state)+"/"+Word(form))
}

func (f Forms) all() iter.Seq2[string, string] {
	return func(yield func(state, form string) bool) {
		for one := range strings.SplitSeq(string(f), ",") {
			state, form, _ := strings.Cut(one, "/")
			state, err := OfWord(state)
			if err != nil || f == "" {
				continue
			}
			if form, err = OfWord(form); err == nil && !yield(state, form) {
				return
			}
		}
	}
}

// Word makes any text one word, in which letters, digits and most signs are as they were and a space is a plus.
func Word(text string) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == ' ':
			b.WriteByte('+')
		case c < ' ' || c > '~' || strings.IndexByte("+%,/", c) >= 0:
			fmt.Fprintf(&b, "%%%02x", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// OfWord is the text of which Word made a word.
func OfWord(word string) (string, error) {
	var b []byte
	for i := 0; i < len(word); i++ {
		switch c := word[i]; c {
		case '+':
			b = append(b, ' ')
		case '%':
			if i += 2; i >= len(word) {
				return "", fmt.Errorf("%q is cut short", word)
			}
			n, err := strconv.ParseUint(word[i-1:i+1], 16, 8)
			if err != nil {
				return "", fmt.Errorf("%q: %w", word, err)
			}
			b = append(b, byte(n))
		default:
			b = append(b, c)
		}
	}
	return string(b), nil
}
