package edge

// text is v if it is a string, else empty.
func text(v any) string {
	s, _ := v.(string)
	return s
}

// matches reports whether labels have all that a plain selector asks for.
func matches(selector, labels Object) bool {
	for key, value := range selector {
		if label, has := labels[key]; !has || text(label) != text(value) {
			return false
		}
	}
	return true
}

// selects reports whether a selector with matchLabels and matchExpressions
// takes what has these labels. The empty one takes everything.
func selects(selector, labels Object) bool {
	if !matches(fields(selector, "matchLabels"), labels) {
		return false
	}
	for _, e := range items(selector, "matchExpressions") {
		if !holds(e, labels) {
			return false
		}
	}
	return true
}

// holds reports whether labels meet an expression. One that the API server
// would refuse holds for nothing.
func holds(expression, labels Object) bool {
	label, has := labels[Text(expression, "key")]
	values, _ := expression["values"].([]any)
	among := false
	for _, v := range values {
		among = among || text(v) == text(label)
	}
	switch Text(expression, "operator") {
	case "In":
		return has && among
	case "NotIn":
		return !has || !among
	case "Exists":
		return has
	case "DoesNotExist":
		return !has
	}
	return false
}
