package cql

import "time"

const (
	wantDate      = "a date such as 2021-01-31"
	wantTimestamp = "a timestamp in UTC such as 2021-01-31T08:30:00Z"
	layout        = "2006-01-02T15:04:05.999999Z"
)

// parseInstant reads a Date or a Timestamp (RFC 3339, timestamps with Z), from year
// 1 on. Fractions are cut to microseconds. Otherwise it says what was wanted.
func parseInstant(s string) (v Value, want string) {
	if t, err := time.Parse(time.DateOnly, s); err == nil && t.Year() > 0 {
		return Date(s), ""
	}
	t, err := time.Parse("2006-01-02T15:04:05Z", s) // takes fractions too
	if err == nil && t.Year() > 0 {
		return Timestamp(t.Truncate(time.Microsecond).Format(layout)), ""
	}
	return nil, wantDate + " or " + wantTimestamp
}

// moment is a point of time, which may be infinitely early or late.
type moment struct {
	infinite int // -1, 0 or 1
	time     time.Time
}

// momentOf returns the start of a date, or the instant. A text is read as either.
func momentOf(v Value) (moment, bool) {
	s := ""
	switch v := v.(type) {
	case Date:
		s = string(v)
	case Timestamp:
		s = string(v)
	case string:
		s = v
	}
	for _, l := range []string{time.DateOnly, layout} {
		if t, err := time.Parse(l, s); err == nil {
			return moment{time: t.Truncate(time.Microsecond)}, true
		}
	}
	return moment{}, false
}

func (a moment) compare(b moment) int {
	if a.infinite != 0 || b.infinite != 0 {
		return a.infinite - b.infinite
	}
	return a.time.Compare(b.time)
}

// orderly says what an interval should be if it ends before it starts.
func orderly(i Interval) (want string) {
	start, ok1 := i.Start.(Literal)
	finish, ok2 := i.End.(Literal)
	if !ok1 || !ok2 {
		return ""
	}
	from, _ := momentOf(start.Value)
	to, _ := momentOf(finish.Value)
	if from.compare(to) > 0 {
		return "the earlier end first"
	}
	return ""
}
