package check

import (
	"context"
	"errors"
	"iter"
	"time"

	"planatlas/layers"
)

// JobState is where a job stands, by the names of OGC API - Processes.
type JobState string

// The states of a job.
const (
	Accepted   JobState = "accepted"
	Running    JobState = "running"
	Successful JobState = "successful"
	Failed     JobState = "failed"
	Dismissed  JobState = "dismissed"
)

// BatchProcess is the process whose jobs check one site after the other and can go
// on where they stopped.
const BatchProcess = "check-batch"

// Job is an execution of a process that its client does not wait for.
type Job struct {
	ID       string
	Process  string
	State    JobState
	Request  []byte // JSON, as the process wants it
	Created  time.Time
	Started  *time.Time
	Finished *time.Time
	Updated  time.Time
	Total    int64  // sites of a batch
	Done     int64  // of them
	Message  string // why it failed
	Media    string // of the result
}

// InternalFailure is the message of a job whose failure is not its client's fault.
const InternalFailure = "something went wrong in the service; the log has it under the job's id"

// ErrTaken says that somebody else works on a job, as after its database was away and
// the lock with it.
var ErrTaken = errors.New("somebody else works on the job")

// BatchRequest is the request of a batch.
type BatchRequest struct {
	On layers.Day `json:"on"`
}

// Finished is a site of a batch that was checked.
type Finished struct {
	Index  int64
	Check  string // id; empty when the site is at fault
	Line   []byte
	Record *Record
}

// JobStore keeps jobs.
type JobStore interface {
	// NewJob keeps a job, and the sites of a batch, all or nothing.
	NewJob(ctx context.Context, job Job, items iter.Seq2[Item, error]) error
	// TakeJob gives the oldest job that nobody works on and marks it as running. It
	// is given to nobody else until release is called or the process ends. ErrNotFound
	// says that there is none.
	TakeJob(ctx context.Context) (job Job, release func(), err error)
	// Job returns one job.
	Job(ctx context.Context, id string) (Job, error)
	// PendingSites returns the next sites of a batch that are still to be checked.
	PendingSites(ctx context.Context, id string, limit int) ([]Item, error)
	// FinishSites archives checks and keeps their lines, both or neither. ErrTaken says
	// that one of the sites was finished before.
	FinishSites(ctx context.Context, id string, finished []Finished) error
	// FinishJob ends a job that runs.
	FinishJob(ctx context.Context, job Job, result []byte) error
	// ForgetJobs deletes the jobs that ended before.
	ForgetJobs(ctx context.Context, before time.Time) error
}
