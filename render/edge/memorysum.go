package edge

import (
	"fmt"
	"strconv"

	"github.com/lotsync/lotsync/fleet"
)

// memorySum finds lots whose pods may together take more memory than the node
// has: the kernel would end one of them, and not the one that is to blame.
func (w *work) memorySum(r rule) {
	if w.profile.NodeMemory == "" {
		return
	}
	node, err := w.profile.NodeMemory.Bytes()
	if err != nil {
		w.find(r, nil, "spec.node.memory", "%s", err)
		return
	}
	sum, most := int64(0), int64(0)
	var largest *pod
	for i := range w.pods {
		p := &w.pods[i]
		took := p.memory() * int64(p.copies())
		sum += took
		if took > most {
			most, largest = took, p
		}
	}
	if sum > node {
		w.find(r, nil, "spec.node.memory", "is %s, and the memory limits of the lot's pods sum up to %s (the largest: %s, %s): lower limits or replicas",
			w.profile.NodeMemory, mebibytes(sum), largest.ref, mebibytes(most))
	}
}

// memory is what one pod may take at most, in bytes: that of all containers
// which run together, at the worst of its moments. Containers without a limit
// count nothing.
func (p *pod) memory() int64 {
	if limit := podLimit(p); limit != nil {
		return bytesOf(limit)
	}
	running, peak := int64(0), int64(0)
	for _, c := range p.containers {
		limit := bytesOf(fields(c.Object, "resources", "limits")["memory"])
		if c.init {
			peak = max(peak, running+limit)
			continue
		}
		running += limit
	}
	return max(running, peak)
}

// bytesOf is an amount as it may stand in an object; zero for what is none.
func bytesOf(v any) int64 {
	s, ok := v.(string)
	if !ok && v != nil {
		s = fmt.Sprint(v)
	}
	bytes, err := fleet.Quantity(s).Bytes()
	if err != nil {
		return 0
	}
	return bytes
}

func mebibytes(n int64) string { return strconv.FormatInt(n>>20, 10) + "Mi" }
