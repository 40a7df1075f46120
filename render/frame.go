package render

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/lotsync/lotsync/render/edge"
	"github.com/lotsync/lotsync/sync"
)

// What parent and child say to each other: a greeting with the version of this
// format, the length of a JSON header, the header, and then raw bytes as the
// header announces them.
const (
	greeting  = "lotsync-render 1\n"
	maxHeader = 4 << 20
)

// request is the header of what the parent sends: a snapshot.
type request struct {
	Site      sync.Site         `json:"site"`
	Revision  sync.Revision     `json:"revision"`
	Dir       string            `json:"dir"`
	Irregular map[string]string `json:"irregular,omitempty"`
	Files     []fileHeader      `json:"files"`
	Limits    Limits            `json:"limits"`
}

type fileHeader struct {
	Path string `json:"path"`
	Size int    `json:"size"`
}

// answer is the header of what the child sends back, before the manifest.
type answer struct {
	Invalid  string         `json:"invalid,omitempty"` // why the snapshot cannot be rendered
	Stack    string         `json:"stack,omitempty"`   // of a panic
	Findings []edge.Finding `json:"findings,omitempty"`
	Peak     int64          `json:"peak"` // VmHWM in bytes, zero if not known
	Size     int            `json:"size"` // of the manifest
}

func writeHeader(w io.Writer, header any) error {
	data, err := json.Marshal(header)
	if err != nil {
		return fmt.Errorf("encode: %w", err)
	}
	frame := append([]byte(greeting), binary.BigEndian.AppendUint32(nil, uint32(len(data)))...) //nolint:gosec // the header of a bounded snapshot
	_, err = w.Write(append(frame, data...))
	return err
}

func readHeader(r io.Reader, header any) error {
	hello := make([]byte, len(greeting)+4)
	if _, err := io.ReadFull(r, hello); err != nil {
		return err
	}
	if !bytes.HasPrefix(hello, []byte(greeting)) {
		return errors.New("the other side speaks another version")
	}
	size := binary.BigEndian.Uint32(hello[len(greeting):])
	if size > maxHeader {
		return fmt.Errorf("a header of %d bytes, at most %d are read", size, maxHeader)
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return err
	}
	return json.Unmarshal(data, header)
}

func writeSnapshot(w io.Writer, snap sync.Snapshot, limits Limits) error {
	req := request{Site: snap.Site, Revision: snap.Revision, Dir: snap.Dir, Irregular: snap.Irregular, Limits: limits}
	names := slices.Sorted(maps.Keys(snap.Files))
	for _, name := range names {
		req.Files = append(req.Files, fileHeader{Path: name, Size: len(snap.Files[name])})
	}
	if err := writeHeader(w, req); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := w.Write(snap.Files[name]); err != nil {
			return err
		}
	}
	return nil
}

func readSnapshot(r io.Reader) (sync.Snapshot, Limits, error) {
	var req request
	if err := readHeader(r, &req); err != nil {
		return sync.Snapshot{}, Limits{}, err
	}
	snap := sync.Snapshot{
		Site: req.Site, Revision: req.Revision, Dir: req.Dir, Irregular: req.Irregular,
		Files: make(map[string][]byte, len(req.Files)),
	}
	for _, f := range req.Files {
		if f.Size < 0 || f.Size > req.Limits.TotalBytes {
			return sync.Snapshot{}, Limits{}, fmt.Errorf("%s: %d bytes", f.Path, f.Size)
		}
		data := make([]byte, f.Size)
		if _, err := io.ReadFull(r, data); err != nil {
			return sync.Snapshot{}, Limits{}, err
		}
		snap.Files[f.Path] = data
	}
	return snap, req.Limits, nil
}
