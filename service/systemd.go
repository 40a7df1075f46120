package service

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Ready tells systemd, where it runs the agent, that the agent is up.
func Ready() error {
	_, err := daemon.SdNotify(false, daemon.SdNotifyReady)
	return err
}

// Stopping tells systemd that the agent is on its way out.
func Stopping() error {
	_, err := daemon.SdNotify(false, daemon.SdNotifyStopping)
	return err
}

// Watchdog feeds systemd's watchdog until ctx ends, as long as alive says so. An
// agent whose loop is stuck is restarted by systemd. It returns at once where no
// watchdog was asked for.
func Watchdog(ctx context.Context, alive func() bool) error {
	period, err := daemon.SdWatchdogEnabled(false)
	if err != nil || period == 0 {
		return err
	}
	tick := time.NewTicker(period / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if !alive() {
				continue
			}
			if _, err := daemon.SdNotify(false, daemon.SdNotifyWatchdog); err != nil {
				return err
			}
		}
	}
}
