// Package state is what operators are written against: handles on the state of the current key, each a small value around one table, and the
// state that a task holds without a key, with the rules by which it is dealt out when it is restored.
//
// Which key is current, when a batch begins and ends, and when what is captured, is the engine's business; where the bytes of keyed state lie is
// a backend's. What a handle returns and is given follows the bargain of tables.Value.
//
// To add a kind of handle, add the kind of state to package tables first, then a struct here around its table with the namespace Void. Windows
// use the tables themselves, with a namespace of their own. A kind of operator state is a Mode, with its rule in Deal.
package state
