// Package demo tells what lotsync does, on this machine and on real parts: a
// Kubernetes control plane, a Git server, the agent as its own process. Every
// step checks what it claims, and measures it.
package demo
