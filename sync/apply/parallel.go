package apply

import (
	"context"
	gosync "sync"
)

// each runs do for every item, at most limit at a time, in the items' order, and
// waits for all that were begun. After an error, and when ctx is done, no more
// are begun. It returns the first error.
func each[T any](ctx context.Context, limit int, items []T, do func(context.Context, int, T) error) error {
	var (
		wait  gosync.WaitGroup
		mu    gosync.Mutex
		first error
	)
	failed := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return first != nil
	}
	slots := make(chan struct{}, limit)
	for i, item := range items {
		slots <- struct{}{}
		if ctx.Err() != nil || failed() {
			break
		}
		wait.Go(func() {
			defer func() { <-slots }()
			if err := do(ctx, i, item); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
			}
		})
	}
	wait.Wait()
	if first == nil {
		return unavailable(ctx.Err())
	}
	return first
}
