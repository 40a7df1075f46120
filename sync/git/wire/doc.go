// Package wire speaks version 2 of Git's protocol: it writes the commands that
// a lot needs, and reads their answers within bounds. How they travel is its
// caller's.
package wire
