package check

import (
	"context"
	"errors"
	"iter"

	"planatlas/layers"

	"golang.org/x/sync/errgroup"
)

const (
	// chunkSites and chunkBytes bound what is measured together.
	chunkSites = 64
	chunkBytes = 4 << 20
	// batchWorkers is how many chunks of a batch are worked on at once.
	batchWorkers = 2
)

// Batch checks the sites, archives each answer and gives the lines in order. The
// error of a site is in its line; an error that is returned says that the lines so
// far are not the whole.
func (s *Service) Batch(ctx context.Context, items iter.Seq2[Item, error], on layers.Day, out func(Line) error) error {
	if on == "" {
		on = chineseDay(s.Now()) // one day for all, however long it takes
	}
	type work struct {
		items []Item
		lines chan []Line // of one chunk
	}
	group, ctx := errgroup.WithContext(ctx)
	todo, order := make(chan work), make(chan work, batchWorkers)
	group.Go(func() error {
		defer close(todo)
		defer close(order)
		return chunks(items, func(chunk []Item) error {
			w := work{chunk, make(chan []Line, 1)}
			for _, to := range []chan work{order, todo} {
				select {
				case to <- w:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	})
	for range batchWorkers {
		group.Go(func() error {
			for w := range todo {
				lines, done, err := s.lines(ctx, w.items, on)
				if err == nil {
					err = s.archive(ctx, done)
				}
				if err != nil {
					return err
				}
				w.lines <- lines
			}
			return nil
		})
	}
	group.Go(func() error {
		for w := range order {
			select {
			case lines := <-w.lines:
				for _, l := range lines {
					if err := out(l); err != nil {
						return err
					}
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}

// chunks gathers items that are measured together.
func chunks(items iter.Seq2[Item, error], f func([]Item) error) error {
	var chunk []Item
	size := 0
	for item, err := range items {
		if err != nil {
			return err
		}
		chunk, size = append(chunk, item), size+len(item.Raw)+len(item.Site)
		if len(chunk) < chunkSites && size < chunkBytes {
			continue
		}
		if err := f(chunk); err != nil {
			return err
		}
		chunk, size = nil, 0
	}
	if len(chunk) == 0 {
		return nil
	}
	return f(chunk)
}

// lines checks the sites of one chunk. What it returns beside the lines is to be
// archived.
func (s *Service) lines(ctx context.Context, items []Item, on layers.Day) ([]Line, []Done, error) {
	lines := make([]Line, len(items))
	var sites []Site
	var at []int
	for i, item := range items {
		lines[i].Index = item.Index
		site, err := item.site()
		if err != nil {
			lines[i] = item.fault(err)
			continue
		}
		sites, at = append(sites, site), append(at, i)
	}
	if len(sites) == 0 {
		return lines, nil, nil
	}
	done, err := s.runAll(ctx, sites, on, false)
	if err != nil {
		return nil, nil, err
	}
	for j, d := range done {
		l := &lines[at[j]]
		if d.Err == nil {
			l.fill(d.Answer)
			continue
		}
		var input *layers.InputError
		if !errors.As(d.Err, &input) {
			return nil, nil, d.Err // not the site's fault
		}
		*l = items[at[j]].fault(d.Err)
		l.Name = sites[j].Name
	}
	return lines, done, nil
}
