package api

import (
	"context"
	"net"
	"net/http"
)

// Gather lets a server send an answer whose whole is known by one call of the
// system: net/http writes the header with the first 4 KB and the rest by itself,
// and on small answers and tiles that are kept the second call costs more than
// anything else. It wraps the listener, and tells the server how to find the
// connection of a request.
func Gather(server *http.Server, l net.Listener) net.Listener {
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, gatheringKey{}, c)
	}
	return gatherer{l}
}

type gatherer struct{ net.Listener }

// Accept implements net.Listener.
func (l gatherer) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &gathering{TCPConn: tcp}, nil
	}
	return c, err
}

type gatheringKey struct{}

// gathering is a connection that can hold back what is written to it. One
// goroutine writes to a connection of net/http at a time.
type gathering struct {
	*net.TCPConn
	holds bool
	held  []byte // what was written meanwhile
}

// joinUpTo is up to how many bytes are copied to be sent with what stands before
// them; more is sent from where it lies. keepUpTo is how much memory an idle
// connection keeps for that.
const (
	joinUpTo = 16 << 10
	keepUpTo = 8 << 10
)

// Write implements net.Conn.
func (c *gathering) Write(p []byte) (int, error) {
	switch {
	case !c.holds:
		return c.TCPConn.Write(p)
	case len(p) <= joinUpTo:
		c.held = append(c.held, p...)
		return len(p), nil
	}
	both := net.Buffers{c.held, p}
	n, err := both.WriteTo(c.TCPConn)
	n = max(n-int64(len(c.held)), 0)
	c.held = c.held[:0]
	return int(n), err
}

// release sends what was held.
func (c *gathering) release() error {
	c.holds = false
	if len(c.held) == 0 {
		return nil
	}
	_, err := c.TCPConn.Write(c.held)
	if cap(c.held) > keepUpTo {
		c.held = nil
	}
	c.held = c.held[:0]
	return err
}

// gathered writes a part of the body, and the header before it, by as few calls as
// may be. The last part of a body whose length is known leaves nothing behind.
func gathered(w http.ResponseWriter, req *http.Request, p []byte, last bool) (n int, err error) {
	c, ok := req.Context().Value(gatheringKey{}).(*gathering)
	if !ok {
		return w.Write(p)
	}
	c.holds = true
	defer func() {
		if sending := c.release(); err == nil {
			err = sending
		}
	}()
	if n, err = w.Write(p); err == nil && last {
		err = http.NewResponseController(w).Flush()
	}
	return n, err
}
