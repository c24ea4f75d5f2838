-- What of one layer lies around sites, to be measured outside of the database. The
-- parameters are those of measure.sql. The rows of a site come together: one for each
-- feature, or part of one, whose box is nearer to that of the site than $5 and every
-- accuracy and half width in the layer; one without a feature for a site that has none.
with _layer as materialized (
    select {facts} from planatlas.layer y left join planatlas.outline o on o.id = $4 where y.id = $3)
select _i, _revision, _changed, _steady, _unlocated, _finest, _covered, _reach, _q.*
from _layer
cross join unnest($1::bytea[], $2::bytea[]) with ordinality _u (_b, _p, _i)
cross join lateral (select st_geomfromewkb(_b) _g offset 0) _v
cross join lateral (select planatlas.reach(_g, _reach) _box, {covered} _covered offset 0) _w
left join lateral (
    select _f.id, _p.n, true, st_asewkb(_p.geom), {half}, {columns} from {cut} where _p.geom && _box and _f.valid @> {day}
    union all
    select _f.id, 0, case when _guarded then true else st_isvalid(_f.geom) end, st_asewkb(_f.geom), {half}, {columns} from {table} _f where _f.geom && _box and _f.valid @> {day} and {uncut}) _q on true
