package api

import (
	"encoding/json"

	"planatlas/layers"
)

// processesPage is the page of all processes, or of one with its inputs.
type processesPage struct {
	List []process
	One  bool
	At   string
}

// ID is the process's name in addresses.
func (p process) ID() string { return p.id }

// Title is what the process is called.
func (p process) Title() layers.Text { return p.title }

// About says what the process does.
func (p process) About() layers.Text { return p.description }

// Inputs are what the process takes, for a table.
func (p process) Inputs() []processInputRow {
	rows := make([]processInputRow, len(p.inputs))
	for i, in := range p.inputs {
		schema, err := json.Marshal(in.schema)
		if err != nil {
			schema = nil // the JSON form fails loudly on the same schema
		}
		rows[i] = processInputRow{in.name, in.title, in.required, string(schema)}
	}
	return rows
}

type processInputRow struct {
	Name     string
	Title    layers.Text
	Required bool
	Schema   string
}

// jobsPage is the page of the jobs, or of one.
type jobsPage struct {
	List []statusInfo
	One  bool
}

// State is the job's state in words.
func (i statusInfo) State() layers.Text {
	zh := map[string]string{"accepted": "等待中", "running": "运行中", "successful": "已完成", "failed": "失败", "dismissed": "已终止"}[i.Status]
	if zh == "" {
		zh = i.Status
	}
	return layers.Text{ZH: zh, EN: i.Status}
}
