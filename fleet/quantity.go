package fleet

import (
	"fmt"
	"strconv"
	"strings"
)

// Bytes is the amount in bytes, in any form that Kubernetes takes: 512Mi, 1.5G,
// 1e9, 128974848.
func (q Quantity) Bytes() (int64, error) {
	digits := strings.TrimRight(string(q), "EPTGMKkimnu")
	amount, err := strconv.ParseFloat(digits, 64)
	unit := unitOf(string(q[len(digits):]))
	if err != nil || unit == 0 || amount < 0 || amount*unit > 1<<62 {
		return 0, fmt.Errorf("%q is no amount of memory: write it as 512Mi or 1Gi", string(q))
	}
	return int64(amount * unit), nil
}

// unitOf is what a suffix multiplies by, zero if there is no such suffix.
func unitOf(suffix string) float64 {
	switch suffix {
	case "":
		return 1
	case "n":
		return 1e-9
	case "u":
		return 1e-6
	case "m":
		return 1e-3
	case "k":
		return 1e3
	}
	power, binary := strings.CutSuffix(suffix, "i")
	step := 1000.0
	if binary {
		step = 1024
	}
	i := strings.Index("KMGTPE", power)
	if len(power) != 1 || i < 0 || power == "K" && !binary {
		return 0
	}
	unit := step
	for range i {
		unit *= step
	}
	return unit
}
