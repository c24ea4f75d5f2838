package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// together answers small pages over few connections. What comes while all of them
// are busy waits, and one exchange with the database takes several: of a small page
// most of the time goes into waking each other, which they then share. A page that
// finds a connection free goes at once and alone. No goroutine is added: who has a
// connection fetches the rows of those that it took along, each of which then writes
// its own, and passes the connection to the first that waits.
//
// A failure is that of its own page, since each ends with a Sync. One that is slow
// holds up those behind it for togetherAtMost at most; then they all go alone.
type together struct {
	pool *pgxpool.Pool

	mu      sync.Mutex
	free    int // connections that may still be taken
	waiting []*errand
	large   map[string]bool // queries whose rows were too many bytes

	memory sync.Pool // of *[]byte
}

const (
	togetherAtMost = 400 * time.Millisecond
	togetherConns  = 4
	togetherPages  = 8         // in one exchange
	togetherRows   = 100       // of a page
	togetherBytes  = 256 << 10 // of the rows of a page
	togetherForms  = 64        // statements that a connection keeps
)

func newTogether(pool *pgxpool.Pool) *together {
	return &together{pool: pool, free: togetherConns, large: map[string]bool{}, memory: sync.Pool{New: func() any { return new([]byte) }}}
}

// errand is a page that is asked for with others.
type errand struct {
	ctx    context.Context
	reader *pageReader
	query  *pageQuery
	told   chan *trip // nil: it is done
	taken  bool       // out of the queue; guarded by the queue's lock

	forms []form // of its statements, on the connection
	rows  *[]byte
	err   error
}

// trip makes the first of some errands fetch the rows of all.
type trip struct {
	conn    *pgxpool.Conn // nil when there is none
	errands []*errand
}

// errAlone says that a page was not answered, and may be asked for alone.
var errAlone = errors.New("not answered together")

// small tells whether a page is of the kind that goes with others: few rows, as the
// index gives them, so that none is slow.
func (p *pageQuery) small(q layers.Query) bool {
	return p.loose && q.Limit <= togetherRows && q.Cursor == nil && q.Filter == nil && q.Meets == nil && q.Valid == nil && q.ID == "" && !p.alone
}

// ask answers the page, or returns errAlone.
func (t *together) ask(ctx context.Context, r *pageReader, p *pageQuery) error {
	e := &errand{ctx: ctx, reader: r, query: p}
	t.mu.Lock()
	switch {
	case t.large[p.sql]:
		t.mu.Unlock()
		return errAlone
	case t.free > 0:
		t.free--
		t.mu.Unlock()
		return t.lead(trip{errands: []*errand{e}})
	}
	e.told = make(chan *trip, 1)
	t.waiting = append(t.waiting, e)
	t.mu.Unlock()
	if next := t.wait(e); next != nil {
		return t.lead(*next)
	}
	return t.give(e)
}

// wait waits until the rows are there, or for the errand's turn to fetch them. One
// whose client goes leaves the queue.
func (t *together) wait(e *errand) *trip {
	select {
	case next := <-e.told:
		return next
	case <-e.ctx.Done():
	}
	t.mu.Lock()
	if !e.taken {
		t.waiting = slices.DeleteFunc(t.waiting, func(o *errand) bool { return o == e })
		t.mu.Unlock()
		e.err = e.ctx.Err()
		return nil
	}
	t.mu.Unlock()
	return <-e.told // somebody is at it
}

// lead fetches the rows of the errands, of which the first is the caller's own, passes
// the connection on, and answers the own one. One that is alone is answered row by row.
func (t *together) lead(now trip) error {
	own, others := now.errands[0], now.errands[1:]
	conn, err := now.conn, error(nil)
	if conn == nil {
		if conn, err = t.pool.Acquire(own.ctx); err != nil {
			for _, e := range others {
				e.err = errAlone
				e.told <- nil
			}
			t.pass(nil)
			return err
		}
	}
	if len(others) == 0 {
		defer t.pass(conn)
		return own.reader.ask(own.ctx, conn, own.query)
	}
	t.fetch(conn.Conn(), now.errands)
	t.pass(conn)
	return t.give(own)
}

// pass gives the connection to the first that waits, and the errands of those behind.
func (t *together) pass(conn *pgxpool.Conn) {
	if conn != nil {
		if pg := conn.Conn().PgConn(); pg.IsClosed() || pg.IsBusy() || pg.TxStatus() != 'I' {
			conn.Release()
			conn = nil
		}
	}
	t.mu.Lock()
	n := min(len(t.waiting), togetherPages)
	if n == 0 {
		t.free++
		t.mu.Unlock()
		if conn != nil {
			conn.Release()
		}
		return
	}
	next := &trip{conn, slices.Clone(t.waiting[:n])}
	t.waiting = slices.Delete(t.waiting, 0, n)
	for _, e := range next.errands {
		e.taken = true
	}
	t.mu.Unlock()
	next.errands[0].told <- next
}

// give writes the rows that were fetched.
func (t *together) give(e *errand) error {
	if e.rows != nil {
		defer t.memory.Put(e.rows)
	}
	var failed *pgconn.PgError
	switch {
	case e.err == nil:
		e.reader.begin(e.query)
		return e.reader.rows(&keptRows{form: e.forms[len(e.forms)-1], left: *e.rows}, e.query)
	case e.ctx.Err() != nil:
		return e.ctx.Err()
	case errors.As(e.err, &failed) && !outdated(e.err):
		return e.err
	}
	return errAlone // the connection failed, or was too slow, or the table is another now
}

// form is a prepared statement of a connection.
type form struct {
	*pgconn.StatementDescription
	formats []int16
	columns []pgconn.FieldDescription // in these formats
}

// formsKey is where a connection keeps its forms, by their text.
const formsKey = "planatlas: forms"

// prepared prepares a statement once for a connection.
func prepared(ctx context.Context, conn *pgx.Conn, sql string) (form, error) {
	own := conn.PgConn().CustomData()
	forms, _ := own[formsKey].(map[string]form)
	if f, ok := forms[sql]; ok {
		return f, nil
	}
	if len(forms) == togetherForms {
		if err := forget(ctx, conn); err != nil {
			return form{}, err
		}
		forms = nil
	}
	if forms == nil {
		forms = map[string]form{}
		own[formsKey] = forms
	}
	description, err := conn.Prepare(ctx, "planatlas_"+strconv.Itoa(len(forms)), sql)
	if err != nil {
		return form{}, err
	}
	f := form{StatementDescription: description}
	for _, column := range description.Fields {
		column.Format = conn.TypeMap().FormatCodeForOID(column.DataTypeOID)
		f.formats, f.columns = append(f.formats, column.Format), append(f.columns, column)
	}
	forms[sql] = f
	return f, nil
}

// forget drops the connection's forms.
func forget(ctx context.Context, conn *pgx.Conn) error {
	delete(conn.PgConn().CustomData(), formsKey)
	return conn.DeallocateAll(ctx)
}

// fetch sends the queries of all errands at once, keeps the rows of each, and tells all
// but the first, which is the caller's own.
func (t *together) fetch(conn *pgx.Conn, errands []*errand) {
	ctx, cancel := context.WithTimeout(context.Background(), togetherAtMost)
	defer cancel()
	told, old := 1, false
	if pipe := send(ctx, conn, errands); pipe == nil {
		errands[0].err = errAlone
	} else {
		for i, e := range errands {
			goes := e.err != nil || t.receive(e, pipe, conn.TypeMap())
			old = old || outdated(e.err)
			if i > 0 {
				e.told <- nil
				told++
			}
			if !goes {
				break
			}
		}
		_ = pipe.Close() // it is known who has no answer
	}
	for _, e := range errands[told:] {
		e.err = errAlone
		e.told <- nil
	}
	if old && !conn.IsClosed() && forget(ctx, conn) != nil {
		_ = conn.Close(ctx)
	}
}

// send sends the queries of all that can be prepared; it marks the others. It returns
// nil when the connection is of no use.
func send(ctx context.Context, conn *pgx.Conn, errands []*errand) *pgconn.Pipeline {
	for _, e := range errands {
		for _, q := range e.query.statements() {
			f, err := prepared(ctx, conn, q.sql)
			if err != nil {
				e.err = errAlone
				break
			}
			e.forms = append(e.forms, f)
		}
	}
	pipe := conn.PgConn().StartPipeline(ctx)
	var values pgx.ExtendedQueryBuilder
	for _, e := range errands {
		if e.err != nil {
			continue
		}
		for i, q := range e.query.statements() {
			f := e.forms[i]
			if err := values.Build(conn.TypeMap(), f.StatementDescription, q.args); err != nil {
				_ = conn.Close(ctx) // half of the queries are written
				return nil
			}
			pipe.SendQueryStatement(f.StatementDescription, values.ParamValues, values.ParamFormats, f.formats)
		}
		pipe.SendPipelineSync()
	}
	if pipe.Flush() != nil {
		return nil
	}
	return pipe
}

// receive keeps the errand's rows, and reports whether the next one's follow.
func (t *together) receive(e *errand, pipe *pgconn.Pipeline, types *pgtype.Map) (goes bool) {
	e.err = t.read(e, pipe, types)
	var failed *pgconn.PgError
	if errors.As(e.err, &failed) && len(e.forms) > 1 {
		return false // pgx takes the results of the next for what is left of these
	}
	for {
		switch result, err := pipe.GetResults(); result.(type) {
		case *pgconn.PipelineSync:
			return true
		case nil:
			if !errors.As(err, &failed) {
				return false
			}
		}
	}
}

// read reads the results of the errand's queries.
func (t *together) read(e *errand, pipe *pgconn.Pipeline, types *pgtype.Map) error {
	next := func() (*pgconn.ResultReader, error) {
		result, err := pipe.GetResults()
		if reader, ok := result.(*pgconn.ResultReader); ok {
			return reader, nil
		}
		return nil, cmp.Or(err, errAlone)
	}
	if len(e.forms) > 1 {
		reader, err := next()
		if err != nil {
			return err
		}
		if err := e.reader.head(pgx.RowsFromResultReader(types, reader)); err != nil {
			return err
		}
	}
	reader, err := next()
	if err != nil {
		return err
	}
	e.rows = t.memory.Get().(*[]byte)
	kept := (*e.rows)[:0]
	for reader.NextRow() && len(kept) <= togetherBytes {
		kept = appendRow(kept, reader.Values())
	}
	*e.rows = kept
	if _, err := reader.Close(); err != nil {
		return err
	}
	if len(kept) > togetherBytes {
		t.mu.Lock()
		if len(t.large) == 10*togetherForms {
			clear(t.large)
		}
		t.large[e.query.sql] = true
		t.mu.Unlock()
		return errAlone
	}
	return nil
}

// appendRow appends the values of a row, each behind its length, which is -1 for null.
func appendRow(dst []byte, values [][]byte) []byte {
	for _, v := range values {
		n := len(v)
		if v == nil {
			n = -1
		}
		dst = append(binary.NativeEndian.AppendUint32(dst, uint32(int32(n))), v...)
	}
	return dst
}

// keptRows are rows that were fetched.
type keptRows struct {
	form form
	left []byte
	raw  [][]byte
}

// FieldDescriptions implements rowSource.
func (k *keptRows) FieldDescriptions() []pgconn.FieldDescription { return k.form.columns }

// Next implements rowSource.
func (k *keptRows) Next() bool {
	k.raw = k.raw[:0]
	if len(k.left) == 0 {
		return false
	}
	for range k.form.columns {
		n := int(int32(binary.NativeEndian.Uint32(k.left)))
		k.left = k.left[4:]
		if n < 0 {
			k.raw = append(k.raw, nil)
			continue
		}
		k.raw, k.left = append(k.raw, k.left[:n:n]), k.left[n:]
	}
	return true
}

// RawValues implements rowSource.
func (k *keptRows) RawValues() [][]byte { return k.raw }

// Close implements rowSource.
func (k *keptRows) Close() {}

// Err implements rowSource.
func (k *keptRows) Err() error { return nil }
