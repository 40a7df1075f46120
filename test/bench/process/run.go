package process

import (
	"os/exec"
	"time"
)

// look is how often the memory of a running program is looked at: the kernel
// keeps its peak only as long as it lives.
const look = 5 * time.Millisecond

// Used is what a program took from its start to its end, those that it started
// counted in.
type Used struct {
	// Wall is time as people wait for it, and CPU the processors' time.
	Wall, CPU time.Duration
	// Peak is the most memory that was resident, in bytes: the sum of the peaks
	// (VmHWM) of the processes that ran at one time.
	Peak int64
}

// Run runs a program to its end and measures it from outside.
func Run(cmd *exec.Cmd) (Used, error) {
	began := time.Now() //nolint:forbidigo // this is a stopwatch
	if err := cmd.Start(); err != nil {
		return Used{}, err
	}
	peak, ended := make(chan int64), make(chan struct{})
	go func() { peak <- watch(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	close(ended)
	used := Used{Wall: time.Since(began), Peak: <-peak}
	if state := cmd.ProcessState; state != nil {
		used.CPU = state.UserTime() + state.SystemTime()
	}
	return used, err
}

// watch looks at the memory of a process and those that it has started.
func watch(pid int, ended <-chan struct{}) int64 {
	again := time.NewTicker(look)
	defer again.Stop()
	var most int64
	for {
		var sum int64
		for _, member := range Family(pid) {
			sum += Peak(member)
		}
		most = max(most, sum)
		select {
		case <-again.C:
		case <-ended:
			return most
		}
	}
}
