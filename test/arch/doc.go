// Package arch holds the project's shape: which package may import which, what
// must not come into the agent, how large it may be, and how long its files and
// functions may be. It has tests only.
package arch
