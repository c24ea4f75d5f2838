-- Whether layers cover what is around sites. $1 the sites as EWKB, EPSG:4490; $2 the
-- coverage outlines and $3 the largest distance in metres that is asked of each; for each
-- layer $4 the number of its outline and $5 its distance. One row for each layer and
-- site, but for layers of which the outline is missing.
with _at as materialized (
    select _n, _i, _g, o.geom _outline, o.accuracy_m _fuzzy, st_covers(o.geom, planatlas.reach(_g, _most + o.accuracy_m)) _all
    from unnest($2::text[], $3::float8[]) with ordinality _o (_id, _most, _n)
    join planatlas.outline o on o.id = _id
    cross join unnest($1::bytea[]) with ordinality _u (_b, _i)
    cross join lateral (select st_geomfromewkb(_b) _g offset 0) _v)
select _k, _i, case when _all then true else {covered} end
from _at join unnest($4::int[], $5::float8[]) with ordinality _p (_of, _metres, _k) on _of = _n
