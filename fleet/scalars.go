package fleet

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scalar is a string with a form of its own. check says what is wrong with a
// value that is not empty; form describes the valid ones for the schema.
type scalar interface {
	check() error
	form() form
}

// form is a scalar's part of a JSON schema.
type form struct {
	Enum    []string
	Pattern string
	Format  string
}

// Duration is a length of time such as "10m" or "1h30m"; empty if not given.
type Duration string

// Value is the duration in Go's form, zero if none is given.
func (d Duration) Value() time.Duration {
	v, err := time.ParseDuration(string(d))
	if err != nil {
		return 0
	}
	return v
}

func (d Duration) check() error {
	v, err := time.ParseDuration(string(d))
	if err != nil || v < 0 {
		return fmt.Errorf("%q is no duration: write a number and a unit, such as 30s, 10m or 2h", string(d))
	}
	return nil
}

func (Duration) form() form { return form{Pattern: `^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$`} }

// Time is a moment in the form of RFC 3339; empty if not given.
type Time string

// Value is the moment, the zero time if none is given.
func (t Time) Value() time.Time {
	v, err := time.Parse(time.RFC3339, string(t))
	if err != nil {
		return time.Time{}
	}
	return v
}

func (t Time) check() error {
	if _, err := time.Parse(time.RFC3339, string(t)); err != nil {
		return fmt.Errorf("%q is no moment: write it as 2026-11-23T09:00:00Z", string(t))
	}
	return nil
}

func (Time) form() form { return form{Format: "date-time"} }

// PortRange is a range of ports such as "30000-32767"; empty if not given.
type PortRange string

// Bounds are the first and the last port of the range.
func (r PortRange) Bounds() (first, last int, err error) {
	lo, hi, found := strings.Cut(string(r), "-")
	first, err1 := strconv.Atoi(lo)
	last, err2 := strconv.Atoi(hi)
	if !found || err1 != nil || err2 != nil || first < 1 || last > 65535 || first > last {
		return 0, 0, fmt.Errorf("%q is no range of ports: write the first and the last one, such as 30000-32767", string(r))
	}
	return first, last, nil
}

func (r PortRange) check() error {
	_, _, err := r.Bounds()
	return err
}

func (PortRange) form() form { return form{Pattern: `^[0-9]{1,5}-[0-9]{1,5}$`} }

// Quantity is an amount of memory as Kubernetes writes it, such as 1Gi.
type Quantity string

const quantityPattern = `^[0-9]+(\.[0-9]+)?([KMGT]i?|k)?$`

func (q Quantity) check() error {
	if ok, err := regexp.MatchString(quantityPattern, string(q)); err != nil || !ok {
		return fmt.Errorf("%q is no amount of memory: write it as 512Mi or 1Gi", string(q))
	}
	return nil
}

func (Quantity) form() form { return form{Pattern: quantityPattern} }

// oneOf is the check of an enumeration.
func oneOf(value string, values []string) error {
	if slices.Contains(values, value) {
		return nil
	}
	return fmt.Errorf("%q is not one of %s%s", value, strings.Join(values, ", "), didYouMean(value, values))
}
