package edge

import "github.com/lotsync/lotsync/fleet"

// tolerations puts the profile's tolerations into every pod, and those that
// keep a pod on the lot's node while the master cannot see it. What the overlay
// says of a taint wins.
func (w *work) tolerations() {
	wanted := append([]fleet.Toleration(nil), w.profile.Edge.Tolerations...)
	for _, key := range []string{"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"} {
		wanted = append(wanted, fleet.Toleration{Key: key, Operator: fleet.TolerationExists, Effect: fleet.NoExecute})
	}
	for i := range w.pods {
		p := &w.pods[i]
		list, isList := p.spec["tolerations"].([]any)
		if !isList && p.spec["tolerations"] != nil {
			w.fail("placement", p.owner, p.path+".tolerations", "want a list")
			continue
		}
		own := list
		for _, t := range wanted {
			if !tolerated(own, t) {
				list = append(list, toleration(t))
			}
		}
		p.spec["tolerations"] = list
	}
}

// tolerated reports whether the overlay itself speaks of the taints that t is
// for.
func tolerated(own []any, t fleet.Toleration) bool {
	for _, v := range own {
		o, ok := v.(Object)
		if !ok {
			continue
		}
		key, effect := Text(o, "key"), Text(o, "effect")
		if (key == t.Key || key == "") && (effect == string(t.Effect) || effect == "") {
			return true
		}
	}
	return false
}

func toleration(t fleet.Toleration) Object {
	o := Object{}
	set(o, "key", t.Key)
	set(o, "operator", string(t.Operator))
	set(o, "value", t.Value)
	set(o, "effect", string(t.Effect))
	if t.TolerationSeconds != nil {
		o["tolerationSeconds"] = *t.TolerationSeconds
	}
	return o
}

// set gives a field a value, unless that is empty.
func set(o Object, name, value string) {
	if value != "" {
		o[name] = value
	}
}
