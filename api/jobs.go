package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"time"

	"planatlas/api/encode"
	"planatlas/layers"
	"planatlas/layers/check"
)

// Jobs is what the API needs of the jobs that run while their clients do something
// else.
type Jobs interface {
	NewJob(ctx context.Context, job check.Job, items iter.Seq2[check.Item, error]) error
	Job(ctx context.Context, id string) (check.Job, error)
	Jobs(ctx context.Context, limit int) ([]check.Job, error)
	DismissJob(ctx context.Context, id string) (check.Job, error)
	JobResult(ctx context.Context, id string) ([]byte, error)
	JobLines(ctx context.Context, id string, f func(line []byte) error) error
}

const processExceptions = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"

// exception is an error with a status of its own, and for those of OGC API -
// Processes with a type.
type exception struct {
	status int
	kind   string
	detail string
}

// Error implements error.
func (e *exception) Error() string { return e.detail }

// statusInfo is the state of a job, OGC 18-062r2, section 7.11.4.
type statusInfo struct {
	JobID     string        `json:"jobID"`
	ProcessID string        `json:"processID"`
	Type      string        `json:"type"`
	Status    string        `json:"status"`
	Message   string        `json:"message,omitempty"`
	Created   time.Time     `json:"created"`
	Started   *time.Time    `json:"started,omitempty"`
	Finished  *time.Time    `json:"finished,omitempty"`
	Updated   time.Time     `json:"updated"`
	Progress  int           `json:"progress"`
	Total     int64         `json:"sites,omitempty"`
	Done      int64         `json:"sitesDone,omitempty"`
	Links     []encode.Link `json:"links"`
}

func jobStatus(at, lang string, job check.Job) statusInfo {
	if lang == "zh" {
		job.Message = inChinese(job.Message)
	}
	info := statusInfo{JobID: job.ID, ProcessID: job.Process, Type: "process", Status: string(job.State), Message: job.Message,
		Created: job.Created.UTC(), Started: job.Started, Finished: job.Finished, Updated: job.Updated.UTC(), Total: job.Total, Done: job.Done,
		Links: []encode.Link{{Href: at + "/jobs/" + job.ID, Rel: "self", Type: typeJSON, Title: inLanguage(lang, thisDocument())}}}
	switch {
	case job.State == check.Successful:
		info.Progress = 100
		info.Links = append(info.Links, encode.Link{Href: at + "/jobs/" + job.ID + "/results", Rel: relOGC + "results", Type: typeJSON, Title: inLanguage(lang, layers.Text{ZH: "结果", EN: "Results"})})
	case job.Total > 0:
		info.Progress = int(100 * job.Done / job.Total)
	}
	return info
}

func thisDocument() layers.Text { return layers.Text{ZH: "本文档", EN: "This document"} }

// accept keeps a job and answers with its state.
func (s *server) accept(w *response, req *http.Request, job check.Job, items iter.Seq2[check.Item, error]) error {
	job.ID, job.State = check.NewID(s.Public), check.Accepted
	if err := s.Reader.NewJob(req.Context(), job, items); err != nil {
		return err
	}
	if s.Wake != nil {
		s.Wake()
	}
	job, err := s.Reader.Job(req.Context(), job.ID)
	if err != nil {
		return err
	}
	w.Header().Set("Location", base(req)+"/jobs/"+job.ID)
	w.Header().Set("Preference-Applied", "respond-async")
	w.status = http.StatusCreated
	sayLanguage(w.Header(), language(req))
	return w.json(typeJSON, jobStatus(base(req), language(req), job))
}

// jobList is the resource /jobs, OGC 18-062r2, section 11.
func (s *server) jobList(w *response, req *http.Request) error {
	limit, err := parseLimit(req.URL.Query().Get("limit"))
	if err != nil {
		return err
	}
	jobs, err := s.Reader.Jobs(req.Context(), limit)
	if err != nil {
		return err
	}
	list := []statusInfo{}
	for _, j := range jobs {
		list = append(list, jobStatus(base(req), language(req), j))
	}
	w.Header().Set("Cache-Control", "no-store")
	if w.format == "html" {
		return s.page(w, req, "jobs", jobsPage{List: list})
	}
	sayLanguage(w.Header(), language(req))
	return w.json(typeJSON, map[string]any{"jobs": list, "links": []encode.Link{{Href: base(req) + "/jobs", Rel: "self", Type: typeJSON, Title: inLanguage(language(req), thisDocument())}}})
}

func (s *server) job(req *http.Request) (check.Job, error) {
	id, err := pathValue(req, "job")
	if err != nil {
		return check.Job{}, noSuchJob(id, err)
	}
	if s.untold(id) {
		return check.Job{}, noSuchJob(id, layers.ErrNotFound)
	}
	job, err := s.Reader.Job(req.Context(), id)
	return job, noSuchJob(id, err)
}

func noSuchJob(id string, err error) error {
	if errors.Is(err, layers.ErrNotFound) {
		return &exception{http.StatusNotFound, processExceptions + "no-such-job", fmt.Sprintf("there is no job %q", shorten(id))}
	}
	return err
}

// getJob is the resource /jobs/{job}.
func (s *server) getJob(w *response, req *http.Request) error {
	job, err := s.job(req)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	if w.format == "html" {
		return s.page(w, req, "jobs", jobsPage{List: []statusInfo{jobStatus(base(req), language(req), job)}, One: true})
	}
	sayLanguage(w.Header(), language(req))
	return w.json(typeJSON, jobStatus(base(req), language(req), job))
}

// dismissJob stops a job, or deletes the result of one that ended.
func (s *server) dismissJob(w *response, req *http.Request) error {
	job, err := s.job(req)
	if err != nil {
		return err
	}
	if job, err = s.Reader.DismissJob(req.Context(), job.ID); err != nil {
		return noSuchJob(job.ID, err)
	}
	sayLanguage(w.Header(), language(req))
	return w.json(typeJSON, jobStatus(base(req), language(req), job))
}

// jobResults is the resource /jobs/{job}/results.
func (s *server) jobResults(w *response, req *http.Request) error {
	job, err := s.job(req)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	switch job.State {
	case check.Successful:
	case check.Failed:
		status := http.StatusUnprocessableEntity
		if job.Message == check.InternalFailure {
			status = http.StatusInternalServerError
		}
		return &exception{status: status, detail: "the job failed: " + job.Message}
	default:
		return &exception{http.StatusNotFound, processExceptions + "result-not-ready", "the job is " + string(job.State) + "; its result is not there yet"}
	}
	if job.Process == check.BatchProcess {
		return s.lines(req.Context(), w, job, language(req))
	}
	if w.format != "json" {
		return &layers.InputError{Param: "f", Value: w.format, Want: "json", Hint: "only a batch has lines"}
	}
	result, err := s.Reader.JobResult(req.Context(), job.ID)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", job.Media)
	_, err = w.Write(result)
	return err
}
