// Package figures draws the pictures of a report: throughput against recovery time, recovery by phase, behaviour over time, paired bars, and
// the two pictures of a failing run, a value over time and operations on lanes. A figure is a function of plain numbers; it comes out as a
// Drawing, whose colours are names of tokens, so that one drawing serves a light page, a dark page and a file that stands alone. This room is
// the door to gonum/plot.
//
// What does not live here: which numbers are shown, in which order and under which title (reports), and anything that knows what a cell, a
// checkpoint or a verdict is. Nothing here reads a clock or a file, and the same numbers give the same bytes.
//
// To add a figure: write a struct of what it shows and a method Draw(Size) Drawing in a file of its own, on a chart (with axes) or on a bare
// sheet. Take colours from tokens.go only, sizes from the caller, and give every label a way to yield when there is no room. A golden in
// testdata shows what it looks like.
package figures
