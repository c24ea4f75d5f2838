package store

import (
	"planatlas/layers"
	"planatlas/layers/cql"
)

// FilterSQL gives the outside tests the SQL of a filter.
func FilterSQL(l *layers.Layer, e cql.Expr) (string, []any, error) {
	b := &builder{}
	sql, err := b.filter(l, e, 0)
	return "select id from " + table(l) + " where " + sql, b.args, err
}
