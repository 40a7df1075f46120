package cluster

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// tellEvery is the pause between two lines of progress.
const tellEvery = 5 * time.Second

// fetching begins the line of a module that the go command fetches.
const fetching = "go: downloading "

// progress counts what `go build -v` says: a line for each package, and one for
// each module that it fetches.
type progress struct {
	mu       sync.Mutex // guards the rest
	partial  []byte     // a line that has not ended
	total    int        // packages to compile; 0: not known yet
	packages int        // compiled so far
	modules  int        // fetched so far
}

func (p *progress) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.partial = append(p.partial, data...)
	for {
		line, more, found := bytes.Cut(p.partial, []byte("\n"))
		if !found {
			return len(data), nil
		}
		p.count(string(line))
		p.partial = more
	}
}

func (p *progress) count(line string) {
	switch {
	case strings.HasPrefix(line, fetching):
		p.modules++
	case isPackage(line):
		p.packages++
	}
}

// isPackage says whether a line of the go command is a bare import path.
func isPackage(line string) bool { return line != "" && !strings.ContainsAny(line, " :#\t") }

// complaint is what the go command said besides progress.
func complaint(said string) string {
	var rest strings.Builder
	for line := range strings.Lines(said) {
		if !strings.HasPrefix(line, fetching) && !isPackage(strings.TrimSuffix(line, "\n")) {
			rest.WriteString(line)
		}
	}
	return strings.TrimSpace(rest.String())
}

// expect sets how many packages are to be compiled.
func (p *progress) expect(packages int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total, p.packages = packages, 0
}

func (p *progress) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.total == 0 && p.modules == 0:
		return "looking for what is to be compiled"
	case p.total == 0:
		return fmt.Sprintf("fetching sources, %d modules so far", p.modules)
	case p.packages >= p.total:
		return "linking"
	default:
		return fmt.Sprintf("compiled %d of %d packages", p.packages, p.total)
	}
}

// tell writes p to out every few seconds until stop is called; stop waits for
// the last line.
func (p *progress) tell(out io.Writer) (stop func()) {
	ended, told := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		for elapsed := tellEvery; ; elapsed += tellEvery {
			select {
			case <-ended:
				return
			case <-tick.C:
				fmt.Fprintf(out, "  %4s  %s\n", elapsed, p)
			}
		}
	}()
	return func() {
		close(ended)
		<-told
	}
}
