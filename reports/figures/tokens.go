package figures

import (
	"fmt"
	"image/color"
	"regexp"
	"strconv"
	"strings"
)

// A Token names a colour by what it is for. Nothing but the table below knows what it looks like.
type Token uint8

const (
	Ink Token = iota
	Muted
	Axis
	Grid
	Rule
	Paper
	Surface
	Heap
	HeapInk
	Pebble
	PebbleInk
	RocksDB
	RocksDBInk
	OK
	OKBack
	Bad
	BadBack
	Warn
	WarnBack
	Zone
	RestoreBack
	Checkpoint
	Link
	Phase1
	Phase2
	Phase3
	Phase4
	Phase5
	Phase6
	Phase7
	OnStrong
	OnSoft
	Tint // no colour: the strength of a faint bar
	tokens
)

// A Look is what a token looks like on a light and on a dark page.
type Look struct{ Name, Light, Dark string }

// Looks are all tokens in their order. Ink on paper is 16:1, muted 6:1; backends stay apart for colour-blind eyes and in grey.
func Looks() [tokens]Look {
	return [tokens]Look{
		Ink: {"ink", "#1a1f24", "#e8ebee"}, Muted: {"muted", "#566069", "#a5afb8"}, Axis: {"axis", "#8b949c", "#6f7a84"},
		Grid: {"grid", "#e5e8eb", "#2a3036"}, Rule: {"rule", "#d7dbdf", "#363d45"}, Paper: {"paper", "#ffffff", "#14181c"},
		Surface: {"surface", "#f5f6f7", "#1c2126"},
		Heap:    {"heap", "#084e8a", "#4596d8"}, HeapInk: {"heap-ink", "#084e8a", "#7dbdf0"},
		Pebble: {"pebble", "#c46f00", "#f6b853"}, PebbleInk: {"pebble-ink", "#8f5000", "#f3b45c"},
		RocksDB: {"rocksdb", "#a3407f", "#dd84bb"}, RocksDBInk: {"rocksdb-ink", "#8a3069", "#e8a3ce"},
		OK: {"ok", "#0b6338", "#74d6a0"}, OKBack: {"ok-bg", "#e8f4ed", "#172a20"},
		Bad: {"bad", "#ae2318", "#ff968c"}, BadBack: {"bad-bg", "#fdeceb", "#341b19"},
		Warn: {"warn", "#7a5200", "#f0c363"}, WarnBack: {"warn-bg", "#fff5dc", "#2e2613"},
		Zone: {"zone", "#eef5f0", "#1a2620"}, RestoreBack: {"restore-bg", "#dfeaf5", "#1d2f42"},
		Checkpoint: {"ckpt", "#d3d8dd", "#3a424a"}, Link: {"link", "#0b5794", "#7dbdf0"},
		Phase1: {"ph1", "#59646e", "#7d8a95"}, Phase2: {"ph2", "#9aa5ae", "#b4bec6"}, Phase3: {"ph3", "#17707c", "#2f9aa8"},
		Phase4: {"ph4", "#62b4bb", "#7fcbd1"}, Phase5: {"ph5", "#bfe3e3", "#cdeeee"}, Phase6: {"ph6", "#86622b", "#b08a4c"},
		Phase7: {"ph7", "#dfc68d", "#ead6a6"}, OnStrong: {"on-strong", "#ffffff", "#0f1316"}, OnSoft: {"on-soft", "#1a1f24", "#0f1316"},
		Tint: {"tint", ".3", ".42"},
	}
}

// Var is the token as CSS says it.
func (t Token) Var() string { return "var(--" + Looks()[t].Name + ")" }

// A manner is how a colour is laid on.
type manner uint8

const (
	plain manner = 1 + iota
	halo         // text with a rim of paper, where a line must pass behind it
	tinted
	veiled // so faint that lines show through
)

// A colour is a token laid on in a manner. gonum/plot carries it as a stencil, #01MMTT, that no real colour uses; ink is not #000000 because
// vgsvg leaves black out of what it writes.
type colour struct {
	Token
	manner
}

func (t Token) plain() colour { return colour{t, plain} }

func (c colour) RGBA() (r, g, b, a uint32) {
	return color.RGBA{R: 1, G: uint8(c.manner), B: uint8(c.Token), A: 255}.RGBA()
}

var stencil = regexp.MustCompile(`(fill|stroke):#01(0[1-4])([0-9a-fA-F]{2})`)

// resolve replaces stencils by what look says of their token.
func resolve(svg string, look func(Token) string) string {
	return stencil.ReplaceAllStringFunc(svg, func(s string) string {
		m := stencil.FindStringSubmatch(s)
		how, _ := strconv.ParseUint(m[2], 16, 8)
		t, _ := strconv.ParseUint(m[3], 16, 8)
		if Token(t) >= tokens {
			panic(fmt.Sprintf("figures: %s is no stencil", s))
		}
		out := m[1] + ":" + look(Token(t))
		switch manner(how) {
		case halo:
			out += ";paint-order:stroke;stroke:" + look(Paper) + ";stroke-width:3;stroke-linejoin:round"
		case tinted:
			out += ";fill-opacity:" + look(Tint)
		case veiled:
			out += ";fill-opacity:.13"
		}
		return out
	})
}

// Light is what a token looks like in a file that stands alone.
func light(t Token) string { return Looks()[t].Light }

// Sheet is the CSS that gives every token its value: on light pages, on dark ones, and light again in print.
func Sheet() string {
	var lit, dark strings.Builder
	for _, l := range Looks() {
		fmt.Fprintf(&lit, "--%s:%s;", l.Name, l.Light)
		fmt.Fprintf(&dark, "--%s:%s;", l.Name, l.Dark)
	}
	return fmt.Sprintf(":root{color-scheme:light dark;%s}\n@media screen and (prefers-color-scheme:dark){:root{%s}}\n@media print{:root{color-scheme:light;%s}}\n",
		lit.String(), dark.String(), lit.String())
}
