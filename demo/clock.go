package demo

import (
	"context"
	"fmt"
	"time"
)

// now is the clock that everything here is measured by.
func now() time.Time { return time.Now() } //nolint:forbidigo // the demo measures real time

const lookEvery = 100 * time.Millisecond

// await asks until done says yes, an error ends it, or limit has passed. What
// is a clause: "the ConfigMap is back".
func await(ctx context.Context, limit time.Duration, what string, done func(context.Context) (bool, error)) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		ok, err := done(limited)
		if ok && err == nil {
			return nil
		}
		if err != nil && limited.Err() == nil {
			return err
		}
		select {
		case <-tick.C:
		case <-limited.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("waited %s in vain until %s", limit, what)
		}
	}
}
