// Package e2e runs whole agents against a real control plane and a real Git
// server: what bad input leaves untouched, what a kill at any step comes to,
// what drift and rights come to, and how the agent behaves as a service. It has
// tests only.
package e2e
