package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	stdsync "sync"
	"time"

	"golang.org/x/sys/unix"
)

// stat is what tells without reading that a file is as it was.
type stat struct {
	size, mtime, ctime int64 // times in nanoseconds
	device, inode      uint64
}

func statOf(st *unix.Stat_t) stat {
	return stat{
		size: st.Size, mtime: st.Mtim.Nano(), ctime: st.Ctim.Nano(),
		device: st.Dev, inode: st.Ino,
	}
}

// How much older than its reading a file must be for its times to tell a later
// change: disks keep time in steps.
const (
	fineStep   = 100 * time.Millisecond
	coarseStep = 3 * time.Second
)

// settled reports whether any change after now gives the file other times.
func (s stat) settled(now time.Time) bool {
	step := fineStep
	if s.mtime%int64(time.Second) == 0 || s.ctime%int64(time.Second) == 0 {
		step = coarseStep
	}
	return max(s.mtime, s.ctime) < now.Add(-step).UnixNano()
}

// stats keeps the blob hashes of a checkout's files between runs.
type stats struct {
	options CheckoutOptions
	path    string // empty: nothing is kept
	known   map[string]statBlob

	mu   stdsync.Mutex
	seen map[string]statBlob
	news bool
}

// statBlob is a file's hash, and what it looked like.
type statBlob struct {
	stat stat
	blob string
}

// statsMagic begins the file; another layout has another one.
const statsMagic = "lotsync stats 1\n"

// openStats reads what is known of the checkout at root.
func openStats(o CheckoutOptions, root string) *stats {
	s := &stats{options: o, known: map[string]statBlob{}, seen: map[string]statBlob{}}
	if o.CacheDir == "" {
		return s
	}
	sum := sha256.Sum256([]byte(root))
	s.path = filepath.Join(o.CacheDir, "checkouts", hex.EncodeToString(sum[:16]))
	data, err := readSealed(s.path, statsMagic)
	if err == nil {
		err = s.decode(data)
	}
	if err != nil && !os.IsNotExist(err) {
		o.Log.Debug("the cache of file hashes is dropped", "file", s.path, "error", err)
		s.known = map[string]statBlob{}
	}
	return s
}

func (s *stats) decode(data string) error {
	d := decoder{rest: data}
	device := d.uint()
	for n := d.count(); n > 0; n-- {
		name := d.text()
		b := statBlob{stat: stat{size: d.int(), mtime: d.int(), ctime: d.int(), device: device, inode: d.uint()}, blob: d.text()}
		s.known[name] = b
	}
	return d.finish()
}

// blob is the known hash of a file that looks like this, empty if there is none.
func (s *stats) blob(name string, st stat) string {
	if k, ok := s.known[name]; ok && k.stat == st {
		return k.blob
	}
	return ""
}

// note remembers a file's hash for the next run, unless the file is so new that
// its times would not tell a change.
func (s *stats) note(name string, st stat, blob string) {
	if s.path == "" || !st.settled(s.options.Now) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := statBlob{st, blob}
	s.seen[name] = b
	s.news = s.news || s.known[name] != b
}

// save writes what is known of the files that this run asked for; what it did
// not ask for stays.
func (s *stats) save() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.path == "" || !s.news {
		return nil
	}
	var e encoder
	var device uint64
	for _, b := range s.seen {
		device = b.stat.device
		break
	}
	all := map[string]statBlob{}
	for _, from := range []map[string]statBlob{s.known, s.seen} {
		for name, b := range from {
			if b.stat.device == device {
				all[name] = b
			}
		}
	}
	if len(all) > 2*len(s.seen)+1000 { // mostly files that have gone
		all = s.seen
	}
	e.uint(device)
	e.uint(uint64(len(all)))
	for name, b := range all {
		e.text(name)
		e.int(b.stat.size)
		e.int(b.stat.mtime)
		e.int(b.stat.ctime)
		e.uint(b.stat.inode)
		e.text(b.blob)
	}
	s.news = false
	return writeSealed(s.path, statsMagic, e.data)
}
