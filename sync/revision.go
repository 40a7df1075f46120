package sync

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Commit is the hash of a Git commit, in lower-case hex.
type Commit string

// Short is the form of a commit that people read.
func (c Commit) Short() string { return short(string(c)) }

// Digest is a SHA-256 in lower-case hex.
type Digest string

// Short is the form of a digest that people read.
func (d Digest) Short() string { return short(string(d)) }

func short(s string) string { return s[:min(len(s), 12)] }

// DigestOf is the digest of data.
func DigestOf(data []byte) Digest {
	sum := sha256.Sum256(data)
	return Digest(hex.EncodeToString(sum[:]))
}

// Revision is one commit as a lot sees it.
type Revision struct {
	Commit Commit    `json:"commit"`
	Time   time.Time `json:"time"` // the committer's clock, not to be trusted
	// Key stands for everything of the commit that reaches this lot: two
	// revisions of one site with equal keys have equal files.
	Key Digest `json:"key"`
}

// Snapshot is the lot's part of one commit, whole and in memory.
type Snapshot struct {
	Site     Site
	Revision Revision
	// Dir is the fleet's folder in the repository, "sites" as a rule, "." for
	// the repository's root.
	Dir string
	// Files holds the regular files of the site's closure by their path from
	// the repository's root, slash-separated.
	Files map[string][]byte
	// Irregular names what in the closure is not a regular file, by path:
	// "symlink", "submodule" or LFSPointer.
	Irregular map[string]string
}

// LFSPointer is what Snapshot.Irregular has for a file whose content is in Git
// LFS.
const LFSPointer = "lfs pointer"

// Bundle is what a lot runs: the rendered objects of one snapshot.
type Bundle struct {
	// Digest identifies the bundle: it is that of Manifest.
	Digest Digest
	// Revision is the one that the bundle was first rendered from.
	Revision Revision
	// Manifest is a YAML stream of objects in the order of application.
	Manifest []byte
}

// NewBundle makes the bundle of a manifest that was rendered from rev.
func NewBundle(rev Revision, manifest []byte) Bundle {
	return Bundle{Digest: DigestOf(manifest), Revision: rev, Manifest: manifest}
}
