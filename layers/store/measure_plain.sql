-- What of one layer lies around sites, to be measured outside of the database. $1 the
-- sites as EWKB, EPSG:4490; $2 the largest distance of a rule in metres; $3 the day. One
-- row for each feature, or part of one, whose box is nearer to that of the site than $2
-- and every accuracy and half width in the layer; one without a feature for a site that
-- has none. Own names start with an underscore, which no property's name does.
with _layer as materialized (
    select $2::float8 + coalesce((select max(accuracy_m) from {table}), 0) + {widest} _reach, {unlocated} _unlocated, {finest} _finest, {guarded} _guarded)
select _i, _reach, _unlocated, _finest, _q.*
from _layer
cross join unnest($1::bytea[]) with ordinality _u (_b, _i)
cross join lateral (select planatlas.reach(st_geomfromewkb(_b), _reach) _box offset 0) _w
left join lateral (
    select _f.id, _p.n, true, st_asewkb(_p.geom), {half}, {columns} from {cut} where _p.geom && _box and _f.valid @> {day}
    union all
    select _f.id, 0, case when _guarded then true else st_isvalid(_f.geom) end, st_asewkb(_f.geom), {half}, {columns} from {table} _f where _f.geom && _box and _f.valid @> {day} and {uncut}) _q on true
