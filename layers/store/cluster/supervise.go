package cluster

import (
	"context"
	"time"
)

// supervise watches over the server until life ends: it starts it again when it
// has ended by itself, and keeps its log small.
func (c *Cluster) supervise(life context.Context) {
	defer close(c.supervised)
	minute := time.NewTicker(time.Minute)
	defer minute.Stop()
	for {
		select {
		case <-life.Done():
			return
		case <-minute.C:
			if err := rotateLog(c.dir, logLimit); err != nil {
				c.log.Error("the log of PostgreSQL grows", "error", err)
			}
		case <-c.current().gone:
			if life.Err() != nil {
				return
			}
			c.restart(life)
		}
	}
}

// restart starts the server again, with growing pauses until it succeeds or life
// ends. There is nobody to return an error to; users of the database see it down
// meanwhile.
func (c *Cluster) restart(life context.Context) {
	dead := c.current()
	c.log.Error("PostgreSQL ended by itself; starting it again", "pid", dead.cmd.Process.Pid,
		"state", dead.cmd.ProcessState.String(), "said", logSince(c.dir, dead.logFrom))
	begin := time.Now()
	for wait := time.Second; life.Err() == nil; wait = min(2*wait, 30*time.Second) {
		s, err := c.startServer(life)
		if err == nil {
			c.setCurrent(s)
			c.log.Info("PostgreSQL runs again", "pid", s.cmd.Process.Pid, "after", time.Since(begin).Round(time.Millisecond))
			return
		}
		if life.Err() != nil || sleep(life, wait) != nil {
			return
		}
		c.log.Error("PostgreSQL does not start; trying again", "error", err)
	}
}

func (c *Cluster) current() *server {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.server
}

func (c *Cluster) setCurrent(s *server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.server = s
}
