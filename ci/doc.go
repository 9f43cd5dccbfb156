// Package ci holds the rules of the house as Go tests: which room may import which, which outside module has which door, that the
// passive rooms know neither clock nor chance, that nothing is registered and no global can change. A rule is a function from the
// parsed tree to findings, and each is held against a tree in testdata that breaks it, so that no rule is there that cannot fail.
//
// Not here: what a room promises (its own tests say that), and the judging of runs (linearizability). The program ci/tally runs the
// commands that `make test` consists of and sums what they say in one line.
//
// To add a rule: write it as a function of a file named after it, give it a row in rules, and plant a violation of it under
// testdata/broken with a comment `// want RULE` on its line.
package ci
