package git

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/lotsync/lotsync/sync"
	"github.com/lotsync/lotsync/sync/git/pack"
)

func FuzzAdvert(f *testing.F) {
	const main = "0123456789012345678901234567890123456789"
	for _, seed := range []string{
		"001e# service=git-upload-pack\n0000004f" + main + " refs/heads/main\x00side-band-64k ofs-delta\n0000",
		"0012ERR go away\n", "0000", "", "zzzz",
	} {
		f.Add([]byte(seed), "main")
		f.Add([]byte(seed), main)
	}
	f.Fuzz(func(t *testing.T, data []byte, ref string) {
		adv, err := readAdvert(bytes.NewReader(data), ref)
		if err == nil && (len(adv.wants) == 0 || adv.commit.IsZero()) {
			t.Errorf("no error and nothing to ask for: %+v", adv)
		}
	})
}

func FuzzPackAnswer(f *testing.F) {
	for _, seed := range []string{"0008NAK\n0009\x01PACK0000", "0031ACK 0123456789012345678901234567890123456789\n0008NAK\n0006\x03x0000", "0012ERR go away\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		pack, _, err := readPack(bytes.NewReader(data))
		if err != nil {
			return
		}
		if n, _ := io.Copy(io.Discard, pack); n > int64(len(data)) {
			t.Errorf("%d bytes of pack in %d", n, len(data))
		}
	})
}

func FuzzPack(f *testing.F) {
	f.Add([]byte("PACK\x00\x00\x00\x02\x00\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := store{dir: t.TempDir()}
		err := s.addPack(bytes.NewReader(data), 1<<20)
		if errors.Is(err, errCache) {
			t.Fatal(err)
		}
	})
}

func FuzzObjects(f *testing.F) {
	f.Add([]byte("100644 a\x0001234567890123456789" + "40000 b\x0001234567890123456789"))
	f.Add([]byte("tree " + strings.Repeat("0123456789", 4) + "\ncommitter a <b> 1700000000 +0100\n\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := findEntry(data, "a"); err != nil && !errors.Is(err, sync.ErrInvalid) {
			t.Error(err)
		}
		if c, err := parseCommit(data); err != nil && !errors.Is(err, sync.ErrInvalid) || err == nil && c.tree.IsZero() {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

func FuzzCache(f *testing.F) {
	objects := newHeld()
	blob := pack.Object{Kind: plumbing.BlobObject, Data: []byte("hello")}
	objects.put(blob.ID(), blob)
	whole, err := encodeCache(memo{Current: blob.ID().String()}, objects)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Fuzz(func(t *testing.T, body []byte) {
		// A checksum that is right lets the rest be reached.
		sum := sha256.Sum256(body)
		for _, file := range [][]byte{body, append(bytes.Clone(body), sum[:]...)} {
			_, got, err := decodeCache(file)
			if err != nil {
				continue
			}
			for id, object := range got.objects {
				if object.ID() != id {
					t.Errorf("%s is held as %s", object.ID(), id)
				}
			}
		}
	})
}
