package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"planatlas/layers"
	"planatlas/layers/check"

	"github.com/jackc/pgx/v5"
)

const jobColumns = "id, process, state, request, created, started, finished, updated, total, done, message, media"

func scanJob(row pgx.CollectableRow) (j check.Job, err error) {
	err = row.Scan(&j.ID, &j.Process, &j.State, &j.Request, &j.Created, &j.Started, &j.Finished, &j.Updated, &j.Total, &j.Done, &j.Message, &j.Media)
	return j, err
}

// NewJob keeps a job, and the sites of a batch, all or nothing.
func (s *Store) NewJob(ctx context.Context, job check.Job, items iter.Seq2[check.Item, error]) error {
	return s.inTx(ctx, "keep the job", pgx.TxOptions{}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "insert into planatlas.job (id, process, request) values ($1, $2, $3)", job.ID, job.Process, job.Request)
		if err != nil || items == nil {
			return err
		}
		next, stop := iter.Pull2(items)
		defer stop()
		var fault error // of the items; the database would wrap it in a failure of its own
		total, err := tx.CopyFrom(ctx, pgx.Identifier{"planatlas", "job_site"}, []string{"job", "n", "input", "site", "line", "at_line"},
			pgx.CopyFromFunc(func() ([]any, error) {
				item, err, more := next()
				if fault = err; err != nil || !more {
					return nil, err
				}
				var line []byte
				if item.Err != nil {
					if line, fault = check.ErrorLine(item); fault != nil {
						return nil, fault
					}
				}
				return []any{job.ID, item.Index, item.Raw, item.Site, line, item.Line}, nil
			}))
		if fault != nil {
			return fault
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `update planatlas.job set total = $2, done = (select count(*) from planatlas.job_site where job = $1 and line is not null)
			where id = $1`, job.ID, total)
		return err
	})
}

// OpenToPublic lets the store see only the jobs of services that are open to the public
// ([check.Told]); another store takes only the other jobs.
func (s *Store) OpenToPublic() { s.public.Store(true) }

// TakeJob gives the oldest job that nobody works on. A lock of the session keeps
// it from others, so that the end of the process, however sudden, frees it.
func (s *Store) TakeJob(ctx context.Context) (job check.Job, release func(), err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return job, nil, domainError("take a job", err)
	}
	free := func() {
		ctx := context.WithoutCancel(ctx)
		if _, err := conn.Exec(ctx, "select pg_advisory_unlock_all()"); err != nil {
			_ = conn.Conn().Close(ctx) // with its locks
		}
		conn.Release()
	}
	rows, err := conn.Query(ctx, "select id from planatlas.job where state in ('accepted', 'running') and (id like 'public-%') = $1 order by created, id limit 100", s.public.Load())
	if err != nil {
		free()
		return job, nil, domainError("take a job", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, id := range ids {
		var mine bool
		if err = conn.QueryRow(ctx, "select pg_try_advisory_lock(hashtext('planatlas job'), hashtext($1))", id).Scan(&mine); err != nil {
			break
		}
		if !mine {
			continue
		}
		rows, failed := conn.Query(ctx, `update planatlas.job set state = 'running', started = coalesce(started, clock_timestamp()), updated = clock_timestamp()
			where id = $1 and state in ('accepted', 'running') returning `+jobColumns, id)
		if failed == nil {
			job, failed = pgx.CollectExactlyOneRow(rows, scanJob)
		}
		if failed == nil {
			return job, free, nil
		}
		if err = failed; errors.Is(failed, pgx.ErrNoRows) { // it ended in between
			err = nil
			continue
		}
		break
	}
	free()
	if err == nil {
		err = layers.ErrNotFound
	}
	return job, nil, domainError("take a job", err)
}

// Job returns one job; one that was dismissed is gone.
func (s *Store) Job(ctx context.Context, id string) (check.Job, error) {
	rows, err := s.pool.Query(ctx, "select "+jobColumns+" from planatlas.job where id = $1", id)
	if err != nil {
		return check.Job{}, domainError("read job "+id, err)
	}
	job, err := pgx.CollectExactlyOneRow(rows, scanJob)
	if err == nil && job.State == check.Dismissed {
		return job, fmt.Errorf("job %s was dismissed: %w", id, layers.ErrGone)
	}
	return job, domainError("read job "+id, err)
}

// Jobs returns the newest jobs.
func (s *Store) Jobs(ctx context.Context, limit int) ([]check.Job, error) {
	rows, err := s.pool.Query(ctx, "select "+jobColumns+" from planatlas.job where state <> 'dismissed' and (id like 'public-%' or not $2) order by created desc, id limit $1", limit, s.public.Load())
	if err != nil {
		return nil, domainError("read the jobs", err)
	}
	jobs, err := pgx.CollectRows(rows, scanJob)
	return jobs, domainError("read the jobs", err)
}

// PendingSites returns the next sites of a batch that are still to be checked, as
// many as are measured together.
func (s *Store) PendingSites(ctx context.Context, id string, limit int) ([]check.Item, error) {
	rows, err := s.pool.Query(ctx, `select n, input, site, coalesce(at_line, 0) from (
			select n, input, site, at_line, sum(length(input) + coalesce(length(site), 0)) over (order by n) size
			from (select * from planatlas.job_site where job = $1 and line is null order by n limit $2) p) q
		where size <= 8 << 20 or n = (select min(n) from planatlas.job_site where job = $1 and line is null) order by n`, id, limit)
	if err != nil {
		return nil, domainError("read the sites of job "+id, err)
	}
	items, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i check.Item, err error) {
		err = row.Scan(&i.Index, &i.Raw, &i.Site, &i.Line)
		return i, err
	})
	return items, domainError("read the sites of job "+id, err)
}

// FinishSites archives checks and keeps their lines, both or neither. The input of
// a site that was checked is in the archive from then on.
func (s *Store) FinishSites(ctx context.Context, id string, finished []check.Finished) error {
	return s.inTx(ctx, "keep the lines of job "+id, pgx.TxOptions{}, func(tx pgx.Tx) error {
		var records []check.Record
		var ns []int64
		var lines [][]byte
		var checks []string
		for _, f := range finished {
			if f.Record != nil {
				records = append(records, *f.Record)
			}
			ns, lines, checks = append(ns, f.Index), append(lines, f.Line), append(checks, f.Check)
		}
		// The job comes before its sites, as where it is dismissed, so that neither waits for the other.
		_, err := tx.Exec(ctx, "update planatlas.job set done = done + $2, updated = clock_timestamp() where id = $1", id, len(finished))
		if err != nil {
			return err
		}
		if len(records) > 0 {
			batch, err := archive(records)
			if err == nil {
				err = tx.SendBatch(ctx, batch).Close()
			}
			if err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, `update planatlas.job_site s set line = f.line, check_id = nullif(f.check_id, ''),
				input = case when f.check_id = '' then s.input end, site = case when f.check_id = '' then s.site end
			from unnest($2::bigint[], $3::bytea[], $4::text[]) f (n, line, check_id) where s.job = $1 and s.n = f.n and s.line is null`, id, ns, lines, checks)
		if err == nil && tag.RowsAffected() != int64(len(finished)) {
			err = check.ErrTaken
		}
		return err
	})
}

// FinishJob ends a job that runs.
func (s *Store) FinishJob(ctx context.Context, job check.Job, result []byte) error {
	_, err := s.pool.Exec(ctx, `update planatlas.job set state = $2, message = $3, media = $4, result = $5, finished = clock_timestamp(), updated = clock_timestamp()
		where id = $1 and state = 'running'`, job.ID, job.State, job.Message, job.Media, result)
	return domainError("end job "+job.ID, err)
}

// DismissJob stops a job, or deletes the result of one that ended.
func (s *Store) DismissJob(ctx context.Context, id string) (check.Job, error) {
	var job check.Job
	if _, err := s.Job(ctx, id); err != nil {
		return job, err
	}
	err := s.inTx(ctx, "dismiss job "+id, pgx.TxOptions{}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `update planatlas.job set state = 'dismissed', result = null, finished = coalesce(finished, clock_timestamp()), updated = clock_timestamp()
			where id = $1 returning `+jobColumns, id)
		if err != nil {
			return err
		}
		if job, err = pgx.CollectExactlyOneRow(rows, scanJob); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "delete from planatlas.job_site where job = $1", id)
		return err
	})
	return job, err
}

// JobResult returns the result of a process that is no batch.
func (s *Store) JobResult(ctx context.Context, id string) (result []byte, err error) {
	err = s.pool.QueryRow(ctx, "select result from planatlas.job where id = $1", id).Scan(&result)
	return result, domainError("read the result of job "+id, err)
}

// JobLines gives the lines of a batch in order.
func (s *Store) JobLines(ctx context.Context, id string, f func([]byte) error) error {
	rows, err := s.pool.Query(ctx, "select line from planatlas.job_site where job = $1 order by n", id)
	if err != nil {
		return domainError("read the lines of job "+id, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.RawValues()[0]); err != nil {
			return err
		}
	}
	return domainError("read the lines of job "+id, rows.Err())
}

// ForgetJobs deletes the jobs that ended before. Their checks stay in the archive.
func (s *Store) ForgetJobs(ctx context.Context, before time.Time) error {
	_, err := s.pool.Exec(ctx, "delete from planatlas.job where finished < $1", before)
	return domainError("delete old jobs", err)
}
