package pack

// recentBytes is how much of what deltas made is held. Git writes a chain of
// deltas in one go, mostly, so that a base is needed soon or not at all.
const recentBytes = 2 << 20

// recent holds the data that was made last, by entry.
type recent struct {
	data  map[int][]byte
	order []int // of data, the oldest first
	size  int
}

// add holds data, and drops what is oldest, but never the last one.
func (r *recent) add(i int, data []byte) {
	r.data[i] = data
	r.order = append(r.order, i)
	r.size += len(data)
	for r.size > recentBytes && len(r.order) > 1 {
		oldest := r.order[0]
		r.order = r.order[1:]
		r.size -= len(r.data[oldest])
		delete(r.data, oldest)
	}
}
