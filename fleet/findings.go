package fleet

import "reflect"

// Severities are all findings by name, each with the severity that holds: the
// given one, or else its default.
func (f Findings) Severities() map[string]Severity {
	v := reflect.ValueOf(f)
	out := make(map[string]Severity, v.NumField())
	for field, value := range v.Fields() {
		severity := Severity(value.String())
		if severity == "" {
			severity = Severity(field.Tag.Get("default"))
		}
		out[fieldName(field)] = severity
	}
	return out
}
