package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// session is a transaction that checks read in.
type session interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	Conn() *pgx.Conn
}

// settingsSQL gives each statement of a transaction the time limit of a layer. The plans
// are made once and for few sites: that no plan is parallel, sorts or hashes keeps sums
// in one order.
const settingsSQL = `select set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true), set_config('plan_cache_mode', 'force_generic_plan', true),
	set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true), set_config('enable_hashjoin', 'off', true),
	set_config('enable_mergejoin', 'off', true), set_config('enable_memoize', 'off', true), set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true)`

func settings(limit time.Duration) []any {
	return []any{milliseconds(limit), milliseconds(limit * 9 / 10)}
}

// opening is a connection on which a transaction begins together with its first
// statements, in one exchange.
type opening struct {
	conn  *pgxpool.Conn
	limit time.Duration
	begun bool
}

// Conn implements session.
func (o *opening) Conn() *pgx.Conn { return o.conn.Conn() }

// SendBatch implements session.
func (o *opening) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if o.begun {
		return o.conn.SendBatch(ctx, b)
	}
	o.begun = true
	first := &pgx.Batch{}
	first.Queue("begin isolation level repeatable read, read only")
	first.Queue(settingsSQL, settings(o.limit)...)
	first.QueuedQueries = append(first.QueuedQueries, b.QueuedQueries...)
	return o.conn.SendBatch(ctx, first)
}

func (o *opening) begin(ctx context.Context) error {
	if o.begun {
		return nil
	}
	return o.SendBatch(ctx, &pgx.Batch{}).Close()
}

// Exec implements session.
func (o *opening) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := o.begin(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return o.conn.Exec(ctx, sql, args...)
}

// Query implements session.
func (o *opening) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := o.begin(ctx); err != nil {
		return nil, err
	}
	return o.conn.Query(ctx, sql, args...)
}

// QueryRow implements session.
func (o *opening) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := o.begin(ctx); err != nil {
		return failed{err}
	}
	return o.conn.QueryRow(ctx, sql, args...)
}

// failed is a row that there is not.
type failed struct{ err error }

// Scan implements [pgx.Row].
func (f failed) Scan(...any) error { return f.err }

// endTime bounds how long the end of a transaction may take.
const endTime = 10 * time.Second

// end gives the connection back. Nothing was written, so there is nothing to commit and
// nobody has to wait; a connection that cannot roll back is closed.
func (o *opening) end(ctx context.Context) {
	if !o.begun {
		o.conn.Release()
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	go func() {
		defer cancel()
		_, _ = o.conn.Exec(ctx, "rollback")
		o.conn.Release()
	}()
}

// apart runs f so that its failure leaves the session as it was.
func apart(ctx context.Context, s session, f func() error) error {
	if _, err := s.Exec(ctx, "savepoint apart"); err != nil {
		return err
	}
	if err := f(); err != nil {
		_, _ = s.Exec(ctx, "rollback to savepoint apart") // the next statement says whether it did
		return err
	}
	_, err := s.Exec(ctx, "release savepoint apart")
	return err
}
