package workloads

import "testing"

// Bursts bring alarms together: those of all keys at the same times, or those of each key at times of its own.
func TestBursts(t *testing.T) {
	const burst = 50
	for _, apart := range []bool{false, true} {
		j := &timersJob{delay: 200, burst: burst, apart: apart}
		phases := map[int64]bool{}
		for key := range uint64(20) {
			of := map[int64]bool{}
			for n := range uint64(40) {
				at := int64(1000 + 7*n)
				due := j.alarm(key, n, at)
				if due <= at || due > at+200+burst {
					t.Fatalf("apart %v: a record of time %d has its alarm at %d, want it behind that and by %d", apart, at, due, at+200+burst)
				}
				of[due%burst], phases[due%burst] = true, true
			}
			if len(of) != 1 {
				t.Errorf("apart %v: the alarms of key %d are due at %d times of a burst, want one", apart, key, len(of))
			}
		}
		if !apart && len(phases) != 1 || apart && len(phases) < 10 {
			t.Errorf("apart %v: the alarms of 20 keys are due at %d times of a burst; want one, or many where keys are apart", apart, len(phases))
		}
	}
}
