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
	for _, p := range w.pods() {
		list, isList := p.spec["tolerations"].([]any)
		if !isList && p.spec["tolerations"] != nil {
			w.fail("placement", p.owner, p.path+".tolerations", "want a list")
			continue
		}
		for _, t := range wanted {
			if !tolerated(items(p.spec, "tolerations"), t) {
				list = append(list, toleration(t))
			}
		}
		p.spec["tolerations"] = list
	}
}

// tolerated reports whether the overlay itself speaks of the taints that t is
// for.
func tolerated(own []Object, t fleet.Toleration) bool {
	for _, o := range own {
		key, effect := Text(o, "key"), Text(o, "effect")
		if (key == t.Key || key == "") && (effect == string(t.Effect) || effect == "") {
			return true
		}
	}
	return false
}

func toleration(t fleet.Toleration) Object {
	o := Object{}
	for name, value := range map[string]string{
		"key": t.Key, "operator": string(t.Operator), "value": t.Value, "effect": string(t.Effect),
	} {
		if value != "" {
			o[name] = value
		}
	}
	if t.TolerationSeconds != nil {
		o["tolerationSeconds"] = *t.TolerationSeconds
	}
	return o
}
