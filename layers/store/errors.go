package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"planatlas/layers"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// domainError names what was being done and turns the database's error into one
// of the domain's. It is the only place that knows SQLSTATEs.
func domainError(doing string, err error) error {
	if err == nil {
		return nil
	}
	var input *layers.InputError
	if errors.As(err, &input) {
		return err
	}
	switch kind := classify(err); kind {
	case nil:
	case layers.ErrNotFound:
		return fmt.Errorf("%s: %w", doing, kind) // the driver's words for it help nobody
	default:
		return fmt.Errorf("%s: %w: %w", doing, kind, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func classify(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return classifyState(pg.Code)
	}
	var network net.Error
	var connect *pgconn.ConnectError
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return layers.ErrNotFound
	case errors.Is(err, context.Canceled):
		return nil
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network), errors.As(err, &connect), pgconn.Timeout(err), broken(err):
		return layers.ErrUnavailable
	}
	return nil
}

// classifyState sorts the SQLSTATEs of PostgreSQL, appendix A.
func classifyState(code string) error {
	switch {
	case code == "57014", // query_canceled: the statement timeout
		code == "55P03",                // lock_not_available
		code == "25006",                // read_only_sql_transaction: a standby
		strings.HasPrefix(code, "08"),  // connection exception
		strings.HasPrefix(code, "53"),  // insufficient resources
		strings.HasPrefix(code, "57P"): // shutdown, crash, starting up
		return layers.ErrUnavailable
	case strings.HasPrefix(code, "23"), // integrity constraint violation
		strings.HasPrefix(code, "40"): // serialisation failure, deadlock
		return layers.ErrConflict
	case code == "42501": // insufficient_privilege
		return layers.ErrForbidden
	}
	return nil
}

// undefined reports a table, column or schema that is not there.
func undefined(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "42P01" || pg.Code == "42703" || pg.Code == "3F000")
}

// broken reports a connection that ended in the middle of an exchange, which
// pgx passes on as the reader's error.
func broken(err error) bool {
	text := err.Error()
	return strings.HasSuffix(text, "unexpected EOF") || strings.Contains(text, "conn closed") || strings.Contains(text, "closed pool")
}

// tooSlow reports a statement that was ended by its time limit.
func tooSlow(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "57014"
}

// outdated reports a statement that was prepared for a table as it is no longer:
// feature_not_supported is what PostgreSQL says when the types of a result changed.
func outdated(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "0A000" || pg.Code == "26000")
}
