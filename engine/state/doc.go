// Package state is what operators are written against: handles on the state of the current key. A handle is a small value around one table;
// copying it is cheap, and so is calling it.
//
// Which key is current, and when a batch begins and ends, is the engine's business; where the bytes lie is a backend's. What a handle
// returns and is given follows the bargain of tables.Value.
//
// To add a kind of handle, add the kind of state to package tables first, then a struct here around its table with the namespace Void. Windows
// use the tables themselves, with a namespace of their own.
package state
