// Package impact says what a change to the fleet repository does to its lots:
// which lots it touches, how, and how many of them in the same way. It compares
// two surveys and reads and writes nothing itself.
package impact
