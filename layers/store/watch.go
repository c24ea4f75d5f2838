package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"
)

// Event is a change that some client of the database committed, or a fault of
// watching for it.
type Event struct {
	Err     error         // why watching was interrupted: changes are not seen until the next event
	Catalog bool          // a layer was declared, the rules changed, or something may have been missed
	Touch   *layers.Touch // what changed on the map, if anything did
}

// Watch calls f for every commit that changes a layer or the catalogue, until
// ctx ends. It starts with an event of the catalogue that touches everything, and
// gives another one after each time that it lost the connection or met a message
// that it cannot read, since changes may have been missed. An event with an error
// touches everything too: what is kept from then on may be old already.
func (s *Store) Watch(ctx context.Context, f func(Event)) {
	for {
		err := s.listen(ctx, f)
		if ctx.Err() != nil {
			return
		}
		f(Event{Err: domainError("watch for changes", err), Touch: &layers.Touch{All: true}})
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

func (s *Store) listen(ctx context.Context, f func(Event)) error {
	cfg := s.pool.Config().ConnConfig.Copy()
	cfg.RuntimeParams["application_name"] = "planatlas watch"
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "listen planatlas"); err != nil {
		return err
	}
	f(Event{Catalog: true, Touch: &layers.Touch{All: true}})
	for {
		wait, cancel := context.WithTimeout(ctx, beat)
		n, err := conn.WaitForNotification(wait)
		cancel()
		switch {
		case err == nil:
			f(readEvent(n.Payload))
		case ctx.Err() != nil || !pgconn.Timeout(err):
			return err
		default:
			if err := alive(ctx, conn); err != nil {
				return err
			}
		}
	}
}

// beat is how long the connection may be silent before it is asked for a sign of
// life, and how long the answer may take: one that was cut on the way looks like
// one on which nothing happens.
const beat = 400 * time.Millisecond

func alive(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, beat)
	defer cancel()
	return conn.Ping(ctx)
}

// readEvent reads a message of our triggers; of any other it takes that anything
// may have changed.
func readEvent(message string) Event {
	var m struct {
		Catalog  bool         `json:"catalog"`
		Layer    string       `json:"layer"`
		Revision int64        `json:"revision"`
		Boxes    [][4]float64 `json:"boxes"`
		All      bool         `json:"all"`
		Finest   int          `json:"finest"`
	}
	if err := json.Unmarshal([]byte(message), &m); err != nil || (!m.Catalog && m.Layer == "") {
		return Event{Catalog: true, Touch: &layers.Touch{All: true}}
	}
	e := Event{Catalog: m.Catalog}
	if m.Catalog { // a layer may show other properties now, or to others
		e.Touch = &layers.Touch{All: true}
	}
	if m.Layer != "" {
		e.Touch = &layers.Touch{Layer: strings.TrimSuffix(m.Layer, generalSuffix), Revision: m.Revision, All: m.All, Finest: m.Finest}
		for _, b := range m.Boxes {
			e.Touch.Boxes = append(e.Touch.Boxes, orb.Bound{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}})
		}
	}
	return e
}
