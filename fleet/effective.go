package fleet

import "reflect"

// Effective is what holds for one lot: the fleet's words, with the site's in
// their place where it has some.
type Effective struct {
	Edge     Edge
	Schedule Schedule
	Rollout  Rollout
}

// Merge puts the site's spec over the fleet's, field by field: maps by key,
// lists as a whole (an empty list replaces the fleet's too).
func Merge(f Fleet, s Site) Effective {
	return Effective{
		Edge:     over(f.Spec.Edge, s.Spec.Edge),
		Schedule: over(f.Spec.Schedule, s.Spec.Schedule),
		Rollout:  over(f.Spec.Rollout, s.Spec.Rollout),
	}
}

func over[T any](base, top T) T {
	var out T
	overlay(reflect.ValueOf(&out).Elem(), reflect.ValueOf(base), reflect.ValueOf(top))
	return out
}

// overlay sets out to base with top over it. It never changes either: maps are
// copied.
func overlay(out, base, top reflect.Value) {
	switch base.Kind() { //nolint:exhaustive // all others are replaced as a whole
	case reflect.Struct:
		for i := range base.NumField() {
			overlay(out.Field(i), base.Field(i), top.Field(i))
		}
	case reflect.Map:
		if base.Len()+top.Len() == 0 {
			return
		}
		out.Set(reflect.MakeMap(base.Type()))
		for _, m := range []reflect.Value{base, top} {
			for k, v := range m.Seq2() {
				out.SetMapIndex(k, v)
			}
		}
	default:
		out.Set(base)
		if !top.IsZero() {
			out.Set(top)
		}
	}
}
