package backends

import (
	"fmt"
	"math"
	"math/bits"
	"unicode/utf8"
)

// Groups is an inclusive range of key groups.
type Groups struct{ First, Last int }

// Len is how many groups there are.
func (g Groups) Len() int { return g.Last - g.First + 1 }

// Has tells whether a group is one of g.
func (g Groups) Has(group int) bool { return g.First <= group && group <= g.Last }

func (g Groups) String() string { return fmt.Sprintf("[%d,%d]", g.First, g.Last) }

// GroupsMax is the largest number of key groups, as in Flink.
const GroupsMax = 1 << 15

// Range is the key groups of a task, as Flink assigns them: of task 0 ≤ task < parallelism when there are so many groups in all. With more
// tasks than groups some have none: Len is 0.
func Range(task, parallelism, groups int) Groups {
	return Groups{(task*groups + parallelism - 1) / parallelism, ((task+1)*groups - 1) / parallelism}
}

// Owner is the task whose Range has the group.
func Owner(group, parallelism, groups int) int { return group * parallelism / groups }

// KeyGroup is the key group of a key with this Java hash code.
func KeyGroup(hash int32, groups int) int { return int(Murmur(hash)) % groups }

// Murmur is Flink's MathUtils.murmurHash, the 32-bit Murmur3 of one int; it is never negative.
func Murmur(code int32) int32 {
	h := uint32(code)
	h *= 0xcc9e2d51
	h = bits.RotateLeft32(h, 15)
	h *= 0x1b873593
	h = bits.RotateLeft32(h, 13)
	h = h*5 + 0xe6546b64
	h ^= 4
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	sign := int32(h) >> 31
	return ((int32(h) ^ sign) - sign) & math.MaxInt32 // the absolute value without a branch; of the least int it is 0, as in Flink
}

// JavaHashInt is Integer.hashCode.
func JavaHashInt(v int32) int32 { return v }

// JavaHashLong is Long.hashCode.
func JavaHashLong(v int64) int32 { return int32(v ^ int64(uint64(v)>>32)) }

// JavaHashBool is Boolean.hashCode.
func JavaHashBool(v bool) int32 {
	if v {
		return 1231
	}
	return 1237
}

// JavaHashString is String.hashCode: over the UTF-16 units of the string. A byte that is not UTF-8 counts as U+FFFD.
func JavaHashString(s string) int32 {
	h := uint32(0)
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return javaHashRunes(h, s[i:])
		}
		h = h*31 + uint32(s[i])
	}
	return int32(h)
}

func javaHashRunes(h uint32, s string) int32 {
	for _, r := range s {
		if r >= 0x10000 {
			r -= 0x10000
			h = h*31 + 0xd800 + uint32(r>>10)
			r = 0xdc00 + r&0x3ff
		}
		h = h*31 + uint32(r)
	}
	return int32(h)
}
