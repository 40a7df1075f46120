// Package service is how the world outside sees a running agent: probes and
// metrics over HTTP, the technician's unix socket, and systemd.
package service
