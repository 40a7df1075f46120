package survey

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// siteLabel stands in an object for the lot's own label.
const siteLabel = "${site:label}"

// The tags of an object's values.
const (
	tagNull   = 'n'
	tagFalse  = 'f'
	tagTrue   = 't'
	tagInt    = 'i'
	tagFloat  = 'd'
	tagString = 's'
	tagList   = 'l'
	tagMap    = 'm'
)

// maxValueDepth bounds how deep a stored object nests; what renders is less
// deep.
const maxValueDepth = 200

// contents writes objects one after another, each in a form of its own: equal
// objects of different lots give equal bytes, but for the lots' own labels.
type contents struct {
	encoder

	label string // the lot's
	keys  []string
	err   error
}

// write returns the bytes of an object, which are good until the next write.
func (c *contents) write(o edge.Object) ([]byte, error) {
	c.data, c.keys, c.err = c.data[:0], c.keys[:0], nil
	c.object(o, false)
	return c.data, c.err
}

// object writes a map. Where it has labels, the lot's own is replaced.
func (c *contents) object(m map[string]any, labels bool) {
	from := len(c.keys)
	for key := range m {
		c.keys = append(c.keys, key)
	}
	own := c.keys[from:]
	slices.Sort(own)
	c.byte(tagMap)
	c.uint(uint64(len(own)))
	for _, key := range own {
		c.text(key)
		if s, is := m[key].(string); is && s == c.label && (labels || key == edge.SiteLabel) {
			c.byte(tagString)
			c.text(siteLabel)
			continue
		}
		c.value(m[key], key == "labels" || key == "matchLabels" || key == "nodeSelector")
	}
	c.keys = c.keys[:from]
}

func (c *contents) value(v any, labels bool) {
	switch v := v.(type) {
	case nil:
		c.byte(tagNull)
	case bool:
		if v {
			c.byte(tagTrue)
			return
		}
		c.byte(tagFalse)
	case string:
		c.byte(tagString)
		c.text(v)
	case int:
		c.byte(tagInt)
		c.int(int64(v))
	case int64:
		c.byte(tagInt)
		c.int(v)
	case float64:
		c.byte(tagFloat)
		c.data = binary.BigEndian.AppendUint64(c.data, math.Float64bits(v))
	case []any:
		c.byte(tagList)
		c.uint(uint64(len(v)))
		for _, item := range v {
			c.value(item, false)
		}
	case map[string]any:
		c.object(v, labels)
	case uint64:
		c.value(strconv.FormatUint(v, 10), false) // no field of Kubernetes takes it
	default:
		c.err = fmt.Errorf("an object with a %T in it", v)
	}
}

// readContent reads an object as it was written.
func readContent(data string) (edge.Object, error) {
	r := reader{decoder{rest: data}}
	o, ok := r.value(0).(edge.Object)
	if err := r.finish(); err != nil || !ok {
		return nil, errDamaged
	}
	return o, nil
}

type reader struct{ decoder }

func (r *reader) value(depth int) any {
	if depth > maxValueDepth {
		r.fail()
		return nil
	}
	switch r.byte() {
	case tagNull:
		return nil
	case tagFalse:
		return false
	case tagTrue:
		return true
	case tagInt:
		return r.num()
	case tagFloat:
		if bits := r.take(8); len(bits) == 8 {
			return math.Float64frombits(binary.BigEndian.Uint64([]byte(bits)))
		}
		return nil
	case tagString:
		return r.text()
	case tagList:
		list := make([]any, r.count())
		for i := range list {
			list[i] = r.value(depth + 1)
		}
		return list
	case tagMap:
		n := r.count()
		m := make(map[string]any, n)
		for range n {
			key := r.text()
			m[key] = r.value(depth + 1)
		}
		return m
	}
	r.fail()
	return nil
}

// sum is a digest as it is stored.
type sum [sha256.Size]byte

func (s sum) digest() sync.Digest { return sync.Digest(hex.EncodeToString(s[:])) }

func sumOf(d sync.Digest) (sum, error) {
	var s sum
	if len(d) != hex.EncodedLen(len(s)) {
		return sum{}, fmt.Errorf("%q is no digest", d)
	}
	if _, err := hex.Decode(s[:], []byte(d)); err != nil {
		return sum{}, fmt.Errorf("%q is no digest: %w", d, err)
	}
	return s, nil
}
