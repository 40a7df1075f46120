package demo

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Unit is what a Measure counts.
type Unit string

// The units of a Measure.
const (
	Seconds Unit = "s"
	Bytes   Unit = "bytes"
	Count   Unit = ""
)

// Measure is one figure that a step has measured.
type Measure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  Unit    `json:"unit,omitempty"`
	// Limit is what Value must stay below; zero: there is none.
	Limit float64 `json:"limit,omitempty"`
}

func took(name string, d time.Duration) Measure {
	return Measure{Name: name, Value: d.Seconds(), Unit: Seconds}
}

func size(name string, n int64) Measure {
	return Measure{Name: name, Value: float64(n), Unit: Bytes}
}

func count(name string, n int) Measure { return Measure{Name: name, Value: float64(n)} }

// below is the measure with a limit in its own unit.
func (m Measure) below(limit float64) Measure {
	m.Limit = limit
	return m
}

func (m Measure) exceeded() bool { return m.Limit > 0 && m.Value >= m.Limit }

// Figure is the value as people read it, with the limit if there is one.
func (m Measure) Figure() string {
	text := figure(m.Value, m.Unit)
	if m.Limit > 0 {
		text += " (must be below " + figure(m.Limit, m.Unit) + ")"
	}
	return text
}

// figure shows three digits at least; a byte is a byte, and a MB is 10^6 of them.
func figure(v float64, u Unit) string {
	switch {
	case u == Seconds && v < 1:
		return fmt.Sprintf("%.0f ms", v*1e3)
	case u == Seconds:
		return fmt.Sprintf("%.2f s", v)
	case u == Bytes && v >= 1e6:
		return fmt.Sprintf("%.1f MB", v/1e6)
	case u == Bytes && v >= 1e4:
		return fmt.Sprintf("%.1f KB", v/1e3)
	case u == Bytes:
		return fmt.Sprintf("%.0f bytes", v)
	default:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
}

// median is the middle of values, of which there is at least one.
func median(values []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
