package fleet

import (
	"fmt"
	"regexp"
	"strings"
)

// FieldPath is a way through an object's fields, such as spec.template.
type FieldPath string

const fieldPathPattern = `^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)*$`

// Fields are the names along the way.
func (p FieldPath) Fields() []string { return strings.Split(string(p), ".") }

func (p FieldPath) check() error {
	if ok, err := regexp.MatchString(fieldPathPattern, string(p)); err != nil || !ok {
		return fmt.Errorf("%q is no way through fields: write their names with dots between them, such as spec.template", string(p))
	}
	return nil
}

func (FieldPath) form() form { return form{Pattern: fieldPathPattern} }
