-- What the client of a check was not told: figures and shapes of layers that are not
-- public. The answer stays as it was given.
alter table planatlas.site_check add column full_answer bytea;
comment on column planatlas.site_check.full_answer is 'The answer with what the client was not told of layers that are not public; null when it was told everything.';

alter table planatlas.job_site add column at_line bigint;
comment on column planatlas.job_site.at_line is 'The line of the batch on which the site starts, from 1; null when that is not known.';
