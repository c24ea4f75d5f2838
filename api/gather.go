package api

import (
	"context"
	"net"
	"net/http"
	"sync"
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
	return gatherer{l, &sync.Pool{New: func() any { b := make([]byte, 0, joinUpTo); return &b }}}
}

type gatherer struct {
	net.Listener
	buffers *sync.Pool
}

// Accept implements net.Listener.
func (l gatherer) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok {
		return &gathering{TCPConn: tcp, buffers: l.buffers}, nil
	}
	return c, err
}

type gatheringKey struct{}

// gathering is a connection that can hold back what is written to it. One
// goroutine writes to a connection of net/http at a time.
type gathering struct {
	*net.TCPConn
	buffers *sync.Pool
	holds   bool
	held    *[]byte // what was written meanwhile; nil when that is nothing
}

// joinUpTo is up to how many bytes, the header with them, are copied to be sent by
// one call; of more the last part is sent from where it lies. The memory is lent, so
// that an answer leaves nothing to collect and an idle connection has none.
const joinUpTo = 40 << 10

// Write implements net.Conn.
func (c *gathering) Write(p []byte) (int, error) {
	if !c.holds {
		return c.TCPConn.Write(p)
	}
	if c.held == nil {
		c.held = c.buffers.Get().(*[]byte)
	}
	if len(*c.held)+len(p) <= cap(*c.held) {
		*c.held = append(*c.held, p...)
		return len(p), nil
	}
	before := len(*c.held)
	both := net.Buffers{*c.held, p}
	n, err := both.WriteTo(c.TCPConn)
	*c.held = (*c.held)[:0]
	return int(max(n-int64(before), 0)), err
}

// release sends what was held.
func (c *gathering) release() (err error) {
	c.holds = false
	if c.held == nil {
		return nil
	}
	if len(*c.held) > 0 {
		_, err = c.TCPConn.Write(*c.held)
		*c.held = (*c.held)[:0]
	}
	c.buffers.Put(c.held)
	c.held = nil
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
