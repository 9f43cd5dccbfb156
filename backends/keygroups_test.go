package backends

import (
	"math"
	"testing"
)

// The vectors are what Java 17 and Flink's KeyGroupRangeAssignment compute.
func TestKeyGroupsAreFlinks(t *testing.T) {
	for _, c := range []struct {
		key          string
		hash, murmur int32
		want         int32
		of128        int
		of4096       int
	}{
		{"int 0", JavaHashInt(0), 593689054, 0, 94, 2526},
		{"long 0", JavaHashLong(0), 593689054, 0, 94, 2526},
		{"long -1", JavaHashLong(-1), 593689054, 0, 94, 2526},
		{"int 1", JavaHashInt(1), 68075478, 1, 86, 4054},
		{"long 1", JavaHashLong(1), 68075478, 1, 86, 4054},
		{"long 2", JavaHashLong(2), 1085422463, 2, 127, 2943},
		{"int 42", JavaHashInt(42), 1134849565, 42, 29, 3613},
		{"int -1", JavaHashInt(-1), 1982413648, -1, 80, 2896},
		{"long 1234567890123", JavaHashLong(1234567890123), 1151597916, 1912276436, 92, 3420},
		{"MinInt32", JavaHashInt(math.MinInt32), 1718298732, math.MinInt32, 108, 2156},
		{"MinInt64", JavaHashLong(math.MinInt64), 1718298732, math.MinInt32, 108, 2156},
		{"empty", JavaHashString(""), 593689054, 0, 94, 2526},
		{"a", JavaHashString("a"), 1455541201, 97, 81, 3025},
		{"hello", JavaHashString("hello"), 1715862179, 99162322, 35, 2723},
		{"key-0", JavaHashString("key-0"), 591317919, 101943362, 31, 2975},
		{"key-1", JavaHashString("key-1"), 23124534, 101943363, 54, 2614},
		{"user-42", JavaHashString("user-42"), 1600933524, -147182656, 20, 3732},
		{"two Han characters", JavaHashString("状态"), 421071482, 934923, 122, 2682},
		{"a surrogate pair", JavaHashString("😀"), 1934073014, 1772899, 54, 3254},
	} {
		if c.hash != c.want {
			t.Errorf("%s: hash code %d, want %d", c.key, c.hash, c.want)
		}
		if m := Murmur(c.hash); m != c.murmur {
			t.Errorf("%s: murmur %d, want %d", c.key, m, c.murmur)
		}
		if g := KeyGroup(c.hash, 128); g != c.of128 {
			t.Errorf("%s: key group %d of 128, want %d", c.key, g, c.of128)
		}
		if g := KeyGroup(c.hash, 4096); g != c.of4096 {
			t.Errorf("%s: key group %d of 4096, want %d", c.key, g, c.of4096)
		}
	}
}

func TestJavaHashOfMixedText(t *testing.T) {
	// "aé€😀z" in UTF-16: 0061 00e9 20ac d83d de00 007a
	want := int32(0)
	for _, u := range []int32{0x61, 0xe9, 0x20ac, 0xd83d, 0xde00, 0x7a} {
		want = want*31 + u
	}
	if got := JavaHashString("aé€😀z"); got != want {
		t.Errorf("hash code %d, want %d", got, want)
	}
}

// Boolean.hashCode is said in Java's documentation.
func TestJavaHashOfBool(t *testing.T) {
	if a, b := JavaHashBool(true), JavaHashBool(false); a != 1231 || b != 1237 {
		t.Errorf("hash codes %d and %d, want 1231 and 1237", a, b)
	}
}

func TestRangesAreFlinks(t *testing.T) {
	for _, c := range []struct {
		parallelism, groups int
		want                []Groups
	}{
		{1, 128, []Groups{{0, 127}}},
		{3, 128, []Groups{{0, 42}, {43, 85}, {86, 127}}},
		{5, 128, []Groups{{0, 25}, {26, 51}, {52, 76}, {77, 102}, {103, 127}}},
		{3, 7, []Groups{{0, 2}, {3, 4}, {5, 6}}},
	} {
		for i, want := range c.want {
			if got := Range(i, c.parallelism, c.groups); got != want {
				t.Errorf("Range(%d, %d, %d) = %v, want %v", i, c.parallelism, c.groups, got, want)
			}
		}
	}
}

func TestEveryGroupHasOneOwner(t *testing.T) {
	for groups := 1; groups <= 300; groups++ {
		for p := 1; p <= 40; p++ {
			seen := 0
			for task := range p {
				r := Range(task, p, groups)
				for g := r.First; g <= r.Last; g++ {
					if seen++; Owner(g, p, groups) != task {
						t.Fatalf("Owner(%d, %d, %d) = %d, want %d: it is in %v", g, p, groups, Owner(g, p, groups), task, r)
					}
				}
			}
			if seen != groups {
				t.Fatalf("parallelism %d: the ranges have %d groups, want %d", p, seen, groups)
			}
		}
	}
}
