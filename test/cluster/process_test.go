package cluster

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// sleeper is a program that runs longer than any test.
func sleeper(t *testing.T) *process {
	t.Helper()
	p, err := spawn(t.Context(), "sleep", t.TempDir(), invocation{name: "600"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestProgramsOutliveTheThreadThatAskedForThem(t *testing.T) {
	var p *process
	task := fmt.Sprintf("/proc/self/task/%d", onItsOwnThread(func() { p = sleeper(t) }))
	until(t, "the thread is gone", func() bool {
		_, err := os.Stat(task)
		return err != nil
	})
	if err := p.dead(); err != nil {
		t.Error(err)
	}
	p.kill()
	if err := p.dead(); err == nil {
		t.Error("a killed program is not dead")
	}
}

// onItsOwnThread does something on a thread that ends with it, and returns that
// thread. The process' first thread never ends: while it is held, another one has
// to do it.
func onItsOwnThread(do func()) int {
	thread := make(chan int)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		if syscall.Gettid() == syscall.Getpid() {
			thread <- onItsOwnThread(do)
			return
		}
		do()
		thread <- syscall.Gettid()
	}()
	return <-thread
}

func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("20 s later it does not hold that %s", what)
		}
	}
}
