package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"planatlas/api/encode"
	"planatlas/layers"
	"planatlas/layers/check"
)

// process is one process of OGC API - Processes, Part 1 (OGC 18-062r2).
type process struct {
	id          string
	title       layers.Text
	description layers.Text
	inputs      []processInput
	output      string // name of its one output
	outputTitle layers.Text
	prepare     func(at string, in processInputs) (execute, error) // refuses what needs no database to be refused
}

// execute runs a process whose inputs were checked.
type execute func(ctx context.Context) (any, error)

type processInput struct {
	name     string
	title    layers.Text
	schema   object
	required bool
}

type processInputs map[string]json.RawMessage

// execution is the body of a request to execute a process.
type execution struct {
	Inputs     map[string]json.RawMessage `json:"inputs"`
	Outputs    map[string]json.RawMessage `json:"outputs,omitempty"`
	Response   string                     `json:"response,omitempty"`
	Subscriber json.RawMessage            `json:"subscriber,omitempty"`
	At         string                     `json:"at,omitempty"` // of a job: the address of the service
}

func (s *server) process(req *http.Request) (process, error) {
	id, err := pathValue(req, "process")
	if err != nil {
		id = ""
	}
	return s.processByID(id)
}

func (s *server) processByID(id string) (process, error) {
	var known []string
	for _, p := range s.allProcesses() {
		if p.id == id {
			return p, nil
		}
		known = append(known, p.id)
	}
	detail := fmt.Sprintf("there is no process %q; there are %s", shorten(id), strings.Join(known, ", "))
	return process{}, &exception{http.StatusNotFound, processExceptions + "no-such-process", detail}
}

// summary is what the list says of a process.
func (p process) summary(lang, at string) object {
	return object{"id": p.id, "version": "1.0.0", "title": inLanguage(lang, p.title), "titles": p.title,
		"description": inLanguage(lang, p.description), "descriptions": p.description,
		"jobControlOptions": []string{"sync-execute", "async-execute", "dismiss"}, "outputTransmission": []string{"value"},
		"links": []encode.Link{
			{Href: at + "/processes/" + p.id, Rel: "self", Type: typeJSON, Title: inLanguage(lang, layers.Text{ZH: "处理过程说明", EN: "Description of the process"})},
			{Href: at + "/processes/" + p.id + "/execution", Rel: relOGC + "execute", Type: typeJSON, Title: inLanguage(lang, layers.Text{ZH: "执行处理过程", EN: "Execute the process"})}}}
}

// processList is the resource /processes.
func (s *server) processList(w *response, req *http.Request) error {
	if w.format == "html" {
		return s.page(w, req, "processes", processesPage{List: s.allProcesses(), At: base(req)})
	}
	lang, list := language(req), []object{}
	for _, p := range s.allProcesses() {
		list = append(list, p.summary(lang, base(req)))
	}
	sayLanguage(w.Header(), lang)
	return w.json(typeJSON, object{"processes": list, "links": []encode.Link{
		{Href: base(req) + "/processes", Rel: "self", Type: typeJSON, Title: inLanguage(lang, thisDocument())},
		{Href: base(req) + "/jobs", Rel: relOGC + "job-list", Type: typeJSON, Title: inLanguage(lang, layers.Text{ZH: "任务", EN: "Jobs"})}}})
}

// getProcess is the resource /processes/{process}.
func (s *server) getProcess(w *response, req *http.Request) error {
	p, err := s.process(req)
	if err != nil {
		return err
	}
	if w.format == "html" {
		return s.page(w, req, "processes", processesPage{List: []process{p}, One: true, At: base(req)})
	}
	lang := language(req)
	doc, inputs := p.summary(lang, base(req)), object{}
	for _, in := range p.inputs {
		least := 0
		if in.required {
			least = 1
		}
		inputs[in.name] = object{"title": inLanguage(lang, in.title), "titles": in.title, "minOccurs": least, "maxOccurs": 1, "schema": in.schema}
	}
	doc["inputs"] = inputs
	doc["outputs"] = object{p.output: object{"title": inLanguage(lang, p.outputTitle), "titles": p.outputTitle,
		"schema": object{"type": "object", "contentMediaType": typeJSON}}}
	sayLanguage(w.Header(), lang)
	return w.json(typeJSON, doc)
}

// executeProcess is POST /processes/{process}/execution.
func (s *server) executeProcess(w *response, req *http.Request) error {
	p, err := s.process(req)
	if err != nil {
		return err
	}
	body, err := readBody(w, req)
	if err != nil {
		return err
	}
	e, in, err := p.read(body)
	if err != nil {
		return err
	}
	run, err := p.prepare(base(req), in)
	if err != nil {
		return readError(err)
	}
	if prefersAsync(req) {
		e.At = base(req)
		request, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write the request: %w", err)
		}
		return s.accept(w, req, check.Job{Process: p.id, Request: request}, nil)
	}
	result, err := p.execute(req.Context(), e, run)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", typeJSON)
	_, err = w.Write(result)
	return err
}

// read checks the body of an execution as far as that needs no database.
func (p process) read(body []byte) (e execution, in processInputs, err error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return e, nil, &layers.InputError{Param: "body", Value: err.Error(), Want: `an object such as {"inputs": {…}}`, Err: err}
	}
	switch {
	case e.Subscriber != nil && string(e.Subscriber) != "null":
		return e, nil, &layers.InputError{Param: "subscriber", Want: "no subscriber", Hint: "ask for the state of the job instead"}
	case e.Response != "" && e.Response != "raw" && e.Response != "document":
		return e, nil, &layers.InputError{Param: "response", Value: e.Response, Want: "raw or document"}
	}
	for name := range e.Outputs {
		if name != p.output {
			return e, nil, &layers.InputError{Param: "outputs", Value: name, Want: p.output}
		}
	}
	in = processInputs{}
	for _, name := range slices.Sorted(maps.Keys(e.Inputs)) {
		if !slices.ContainsFunc(p.inputs, func(i processInput) bool { return i.name == name }) {
			return e, nil, p.unknownInput(name)
		}
		if in[name], err = plainValue(name, e.Inputs[name]); err != nil {
			return e, nil, err
		}
	}
	for _, i := range p.inputs {
		if _, given := in[i.name]; i.required && !given {
			return e, nil, &layers.InputError{Param: "inputs." + i.name, Value: "nothing", Want: i.title.EN + "; " + i.title.ZH}
		}
	}
	return e, in, nil
}

func (p process) unknownInput(name string) error {
	var known []string
	for _, i := range p.inputs {
		known = append(known, i.name)
	}
	e := &layers.InputError{Param: "inputs", Value: name, Want: "inputs among " + strings.Join(known, ", ")}
	if near := layers.Nearest(name, known); near != "" {
		e.Hint = fmt.Sprintf("did you mean %q?", near)
	}
	return e
}

// plainValue takes a value out of the object in which it may be wrapped with its
// media type. Values are given, never fetched.
func plainValue(name string, raw json.RawMessage) (json.RawMessage, error) {
	var wrapped struct {
		Value json.RawMessage `json:"value"`
		Href  string          `json:"href"`
		Type  string          `json:"type"`
	}
	if json.Unmarshal(raw, &wrapped) != nil {
		return raw, nil // no object
	}
	if wrapped.Href != "" {
		return nil, &layers.InputError{Param: "inputs." + name, Value: "a link", Want: "the value itself"}
	}
	if wrapped.Value != nil {
		return wrapped.Value, nil
	}
	return raw, nil
}

// execute runs the process and writes its result.
func (p process) execute(ctx context.Context, e execution, run execute) ([]byte, error) {
	result, err := run(ctx)
	if err != nil {
		return nil, readError(err)
	}
	if e.Response == "document" {
		result = object{p.output: result}
	}
	b, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("write the result of %s: %w", p.id, err)
	}
	return append(b, '\n'), nil
}

// Executor returns what runs the jobs of a service that is made of the options.
func Executor(o Options) func(ctx context.Context, job check.Job) (media string, result []byte, err error) {
	s := newServer(o)
	return func(ctx context.Context, job check.Job) (string, []byte, error) {
		p, err := s.processByID(job.Process)
		if err != nil {
			return "", nil, err
		}
		e, in, err := p.read(job.Request)
		if err != nil {
			return "", nil, err
		}
		run, err := p.prepare(e.At, in)
		if err != nil {
			return "", nil, readError(err)
		}
		result, err := p.execute(ctx, e, run)
		return typeJSON, result, err
	}
}
