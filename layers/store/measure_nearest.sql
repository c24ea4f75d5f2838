-- What of a layer may be nearest to each site that has nothing in reach. $1 the sites as
-- EWKB, EPSG:4490; $2 the same on the plane of their zones; $3 the day. What is not far
-- is to be measured outside of the database: one row for each feature, or part of one,
-- that may be nearest, and the metres within which that is. All else is measured here,
-- in one row, which is empty when the layer has nothing.
select _i, _metres, _wkb, _gap
from unnest($1::bytea[], $2::bytea[]) with ordinality _u (_b, _p, _i)
cross join lateral (select st_geomfromewkb(_b) _g offset 0) _v
-- The nearest in degrees. A degree is 111694 m at most.
cross join lateral (select 111700 * least(
    (select _p.geom <-> _g from {cut} where _f.valid @> {day} order by _p.geom <-> _g limit 1),
    (select st_distance(_f.geom, _g) from (select * from {table} where valid @> {day} order by geom <#> _g limit 1) _f where {uncut})) _metres offset 0) _d
cross join lateral (
    select st_asewkb(_t) _wkb, null::float8 _gap
    from (select planatlas.reach(_g, _metres) _box offset 0) _w
    cross join lateral (
        select _p.geom _t from {cut} where _p.geom && _box and _f.valid @> {day}
        union all
        select _f.geom from {table} _f where _f.geom && _box and _f.valid @> {day} and {uncut}) _c
    where _metres < $4::float8 and st_dwithin(_t, _g, st_xmax(_box) - st_xmax(_g))
    union all
    select null, {nearest} from (select st_geomfromewkb(_p) _plane offset 0) _w where _metres < $4::float8 is not true) _q
