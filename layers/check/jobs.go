package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"planatlas/layers"

	"golang.org/x/sync/errgroup"
)

// Runner works on jobs, one after the other. A job that was interrupted, even by
// the end of the process, goes on.
type Runner struct {
	Service *Service
	Store   JobStore
	Execute func(ctx context.Context, job Job) (media string, result []byte, err error) // of other processes than a batch
	Log     *slog.Logger
	wake    chan struct{}
}

// NewRunner returns a runner.
func NewRunner(service *Service, store JobStore, log *slog.Logger, execute func(context.Context, Job) (string, []byte, error)) *Runner {
	return &Runner{Service: service, Store: store, Execute: execute, Log: log, wake: make(chan struct{}, 1)}
}

const (
	jobWorkers = 2
	jobPoll    = time.Second
	keepJobs   = 30 * 24 * time.Hour
	forgetting = time.Hour // between two looks for old jobs
)

// Wake tells the runner that there is a new job.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it is awake
	}
}

// Run works until ctx ends. What it was doing then goes on at the next Run.
func (r *Runner) Run(ctx context.Context) {
	var group errgroup.Group
	for range jobWorkers {
		group.Go(func() error { r.work(ctx); return nil })
	}
	group.Go(func() error { r.forget(ctx); return nil })
	_ = group.Wait() // it has no errors
}

func (r *Runner) work(ctx context.Context) {
	for ctx.Err() == nil {
		job, release, err := r.Store.TakeJob(ctx)
		if err == nil {
			r.job(ctx, job)
			release()
			continue
		}
		if !errors.Is(err, layers.ErrNotFound) && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "no job can be taken now", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-time.After(jobPoll):
		}
	}
}

// forget deletes old jobs from time to time.
func (r *Runner) forget(ctx context.Context) {
	for ctx.Err() == nil {
		if err := r.Store.ForgetJobs(ctx, r.Service.Now().Add(-keepJobs)); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "old jobs were not deleted", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(forgetting):
		}
	}
}

// job runs one job to its end, unless it is dismissed or ctx ends.
func (r *Runner) job(ctx context.Context, job Job) {
	running, stop := context.WithCancel(ctx)
	defer stop()
	go r.watch(running, job.ID, stop)
	for {
		media, result, err := r.execute(running, job)
		if running.Err() != nil {
			return // dismissed, or to be gone on with later
		}
		if errors.Is(err, ErrTaken) {
			r.Log.WarnContext(ctx, "a job is left to who has it now", "job", job.ID)
			return
		}
		if err != nil && errors.Is(err, layers.ErrUnavailable) {
			r.Log.ErrorContext(ctx, "a job waits for the database", "job", job.ID, "error", err)
			select {
			case <-running.Done():
				return
			case <-time.After(jobPoll):
			}
			continue
		}
		job.State, job.Media = Successful, media
		if err != nil {
			job.State, job.Message = Failed, r.reason(ctx, job, err)
		}
		if err := r.Store.FinishJob(running, job, result); err != nil && running.Err() == nil {
			r.Log.ErrorContext(ctx, "the end of a job was not kept; it runs again", "job", job.ID, "error", err)
		}
		return
	}
}

// reason is what clients are told of a failure: the whole of what is their fault,
// and nothing of what is not.
func (r *Runner) reason(ctx context.Context, job Job, err error) string {
	var input *layers.InputError
	if errors.As(err, &input) {
		return input.Error()
	}
	r.Log.ErrorContext(ctx, "a job failed", "job", job.ID, "process", job.Process, "error", err)
	return InternalFailure
}

// watch ends the work on a job that is no longer running.
func (r *Runner) watch(ctx context.Context, id string, stop func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(jobPoll):
		}
		job, err := r.Store.Job(ctx, id)
		if err == nil && job.State != Running || errors.Is(err, layers.ErrNotFound) || errors.Is(err, layers.ErrGone) {
			stop()
		}
	}
}

func (r *Runner) execute(ctx context.Context, job Job) (media string, result []byte, err error) {
	if job.Process == BatchProcess {
		return "application/x-ndjson", nil, r.batch(ctx, job)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return r.Execute(ctx, job)
}

// batch checks the sites that are still to be checked. The archive and the lines of
// a chunk are kept together, so that a crash loses no site and repeats none.
func (r *Runner) batch(ctx context.Context, job Job) error {
	var request BatchRequest
	if err := json.Unmarshal(job.Request, &request); err != nil {
		return fmt.Errorf("read the request of job %s: %w", job.ID, err)
	}
	for {
		items, err := r.Store.PendingSites(ctx, job.ID, batchWorkers*chunkSites)
		if err != nil || len(items) == 0 {
			return err
		}
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(batchWorkers)
		half := (len(items) + batchWorkers - 1) / batchWorkers
		for len(items) > 0 {
			chunk := items[:min(half, len(items))]
			items = items[len(chunk):]
			group.Go(func() error { return r.chunk(ctx, job.ID, chunk, request.On) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
}

func (r *Runner) chunk(ctx context.Context, id string, items []Item, on layers.Day) error {
	lines, done, err := r.Service.lines(ctx, items, on)
	if err != nil {
		return err
	}
	records := map[string]*Record{}
	for i := range done {
		if done[i].Err == nil {
			records[done[i].Answer.ID] = &done[i].record
		}
	}
	var finished []Finished
	for _, l := range lines {
		text, err := l.JSON()
		if err != nil {
			return err
		}
		finished = append(finished, Finished{Index: l.Index, Check: l.Check, Line: text, Record: records[l.Check]})
	}
	return r.Store.FinishSites(ctx, id, finished)
}
