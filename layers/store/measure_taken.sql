-- What a feature takes from a site. $1 the site as EWKB, EPSG:4490; $2 the feature;
-- $3 the distance in metres that counts as taken too; $4 the day; $5 the system of the
-- plane, $6 the distance on it; $7 into how many edges a quarter of a circle is cut.
with _site as materialized (
    select planatlas.reach(st_geomfromewkb($1), $3::float8 * 1.001 + 1) _box,
        exists (select from pg_constraint where conrelid = '{table}'::regclass and conname = 'sound' and convalidated) _guarded),
_atom as materialized (
    select _p.n _n, st_intersection(_p.geom, _box) _atom, true _valid
    from _site join ({cut}) on _p.geom && _box where _p.id = $2 and _f.valid @> $4::text::date
    union all
    select 0, case when _ok then st_intersection(_f.geom, _box) end, _ok from _site
    join {table} _f on _f.geom && _box cross join lateral (select case when _guarded then true else st_isvalid(_f.geom) end _ok offset 0) _v
    where _f.id = $2 and _f.valid @> $4::text::date and {uncut}),
_all as (select coalesce(bool_and(_valid), true) _valid, st_union(array_agg(_atom order by _n)) _taken from _atom)
select exists (select from {table} where id = $2 and valid @> $4::text::date), _valid, st_asewkb(case when not _valid then null when $3::float8 = 0 then _taken
    else st_transform(st_segmentize(st_buffer(st_transform(planatlas.densify(_taken), $5::int), $6::float8, 'quad_segs=' || $7::int), 60), 4490) end)
from _all
