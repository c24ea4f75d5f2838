package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"planatlas/geo/read"
	"planatlas/layers"
)

// progress tells on stderr how far an import is: often on a terminal, every few
// seconds elsewhere.
type progress struct {
	w        io.Writer
	lang     string
	file     *read.Rows
	terminal bool

	mu      sync.Mutex
	began   time.Time
	told    time.Time
	doing   layers.Text
	reading bool
	open    bool // the line on the terminal is not ended
	stopped bool
}

func newProgress(w io.Writer, lang string, file *read.Rows) *progress {
	p := &progress{w: w, lang: lang, file: file, began: time.Now()}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	p.told = p.began
	return p
}

// step tells that a step begins.
func (p *progress) step(doing layers.Text) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.doing, p.reading, p.began = doing, false, time.Now()
	if p.terminal || time.Since(p.told) > 2*time.Second {
		p.tell(p.text(doing))
	}
}

// rows tells how many rows and bytes were read, and how long the rest will take.
func (p *progress) rows(rows, bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pause := 3 * time.Second
	if p.terminal {
		pause = 200 * time.Millisecond
	}
	if time.Since(p.told) < pause {
		return
	}
	done, total := float64(bytes), float64(p.file.Size)
	if p.file.Count > 0 {
		done, total = float64(rows), float64(p.file.Count)
	}
	line := fmt.Sprintf("%s: %d", p.text(p.doing), rows)
	if total > 0 && done > 0 {
		share := min(done/total, 1)
		left := time.Duration(float64(time.Since(p.began)) * (1 - share) / share).Round(time.Second)
		line += fmt.Sprintf(" (%.0f %%, %s %s)", 100*share, p.text(layers.Text{ZH: "剩余约", EN: "about"}), p.text(layers.Text{ZH: left.String(), EN: left.String() + " left"}))
	}
	p.tell(line)
}

func (p *progress) text(t layers.Text) string {
	if p.lang == "zh" {
		return t.ZH
	}
	return t.EN
}

// tell writes a line; a terminal's line is written over.
func (p *progress) tell(line string) {
	if p.stopped {
		return
	}
	p.told = time.Now()
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		p.open = true
		return
	}
	fmt.Fprintln(p.w, line)
}

// stop ends the line.
func (p *progress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open && !p.stopped {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	p.stopped = true
}
