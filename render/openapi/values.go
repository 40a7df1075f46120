package openapi

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// shown is how much of a text a message repeats, in bytes.
const shown = 40

// wrong says what is wrong with a scalar; empty if nothing is.
func (c *checker) wrong(s *shape, v any) string {
	if !fits(s.class, v) {
		return "want " + want(s) + ", not " + c.describe(v) + advice(s, v)
	}
	if len(s.enum) == 0 {
		return ""
	}
	value, _ := literal(v)
	if slices.Contains(s.enum, value) {
		return ""
	}
	choice := slices.DeleteFunc(slices.Clone(s.enum), func(e string) bool { return e == "" })
	return c.describe(v) + " is none of " + strings.Join(choice, ", ") + suggest(value, choice)
}

// fits reports whether a value is of a class of scalars.
func fits(k class, v any) bool {
	switch k {
	case text:
		_, ok := v.(string)
		return ok
	case boolean:
		_, ok := v.(bool)
		return ok
	case bytes64:
		s, ok := v.(string)
		return ok && isBase64(s)
	case timestamp:
		s, ok := v.(string)
		return ok && isTime(s)
	case quantity:
		s, ok := v.(string)
		return ok && isQuantity(s) || !ok && isNumber(v)
	case intOrText:
		_, ok := v.(string)
		return ok || isWhole(v, math.MaxInt32)
	case int32Num:
		return isWhole(v, math.MaxInt32)
	case int64Num:
		return isWhole(v, math.MaxInt64)
	case decimal:
		return isNumber(v)
	case list, mapping, object, anything:
	}
	return true
}

func isNumber(v any) bool {
	switch v.(type) {
	case int, int64, uint64, float64:
		return true
	}
	return false
}

// isWhole reports whether v is a whole number from -limit-1 to limit.
func isWhole(v any, limit int64) bool {
	switch v := v.(type) {
	case int:
		return int64(v) <= limit && int64(v) >= -limit-1
	case int64:
		return v <= limit && v >= -limit-1
	case uint64:
		return v <= uint64(limit) //nolint:gosec // limit is positive
	case float64:
		return v == math.Trunc(v) && math.Abs(v) <= float64(limit)
	}
	return false
}

func isBase64(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil
}

func isTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// isQuantity reports whether an API server can read a quantity: a number with an
// optional sign, fraction, and suffix or exponent. No digits at all are a zero.
func isQuantity(s string) bool {
	number := strings.TrimLeft(s, "0123456789.+-")
	digits := s[:len(s)-len(number)]
	if digits != "" && (digits[0] == '+' || digits[0] == '-') {
		digits = digits[1:]
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	if s == "" || strings.ContainsAny(whole, "+-") || strings.ContainsAny(fraction, ".+-") {
		return false
	}
	switch number {
	case "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei":
		return true
	}
	if number[0] != 'e' && number[0] != 'E' {
		return false
	}
	_, err := strconv.ParseInt(number[1:], 10, 32)
	return err == nil
}

// literal writes a scalar as text; false for what is none.
func literal(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return strconv.Itoa(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case uint64:
		return strconv.FormatUint(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	}
	return "", false
}

// want names what a shape stands for.
func want(s *shape) string {
	switch s.class {
	case list:
		return "a list"
	case mapping, object:
		return "fields"
	case text:
		return "text"
	case bytes64:
		return "base64 text"
	case timestamp:
		return "a time like 2026-01-31T12:00:00Z"
	case int32Num:
		return "a whole number of 32 bits"
	case int64Num:
		return "a whole number"
	case decimal:
		return "a number"
	case boolean:
		return "true or false"
	case quantity:
		return "a quantity like 100m, 64Mi or 2"
	case intOrText:
		return "a whole number or a name"
	case anything:
	}
	return "anything"
}

// describe names a value; not what is in it if that may be a secret.
func (c *checker) describe(v any) string {
	switch v := v.(type) {
	case map[string]any:
		return "fields"
	case []any:
		return "a list"
	case string:
		if c.secret {
			return "text"
		}
		if len(v) > shown {
			return strconv.Quote(strings.ToValidUTF8(v[:shown], "")) + "…"
		}
		return strconv.Quote(v)
	}
	if c.secret && isNumber(v) {
		return "a number"
	}
	if s, ok := literal(v); ok {
		return s
	}
	return fmt.Sprintf("a value of type %T", v)
}

// advice says what to do about a value of the wrong type.
func advice(s *shape, v any) string {
	scalar, isScalar := literal(v)
	written, isText := v.(string)
	switch {
	case s.class == text && isScalar:
		return ": put it in quotes"
	case s.class == bytes64 && isText:
		return ": encode it, or use stringData where there is one"
	case s.class == list && isScalar:
		return ": begin the line with a dash"
	case s.class == boolean && isText && (written == "true" || written == "false"):
		return ": remove the quotes"
	case isText && (s.class == int32Num || s.class == int64Num || s.class == decimal):
		if _, err := strconv.ParseFloat(scalar, 64); err == nil {
			return ": remove the quotes"
		}
	}
	return ""
}
