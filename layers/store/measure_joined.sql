-- What slivers make together. $1 the number of a group, $2 of a member in it, $3 the
-- member's slivers as EWKB, EPSG:4490, $4 the plane of its site's zone. One row for each
-- piece of the union of a group: the group, the piece, the radius of the largest circle
-- inside in metres, the members that have a part in it. Pieces closer than 2 mm are one:
-- what is computed twice of one boundary may differ by less.
with _member as materialized (
    select _group, _n, st_transform(planatlas.densify(st_geomfromewkb(_b)), _zone) _geom
    from unnest($1::int[], $2::int[], $3::bytea[], $4::int[]) _u (_group, _n, _b, _zone)),
_union as materialized (
    select _group, st_buffer(st_buffer(st_union(_geom order by _n), 0.001, 'join=mitre'), -0.001, 'join=mitre') _geom from _member group by _group)
select _group, st_asewkb(st_transform(_d.geom, 4490)), (st_maximuminscribedcircle(_d.geom)).radius,
    (select array_agg(_n order by _n) from _member _m where _m._group = _union._group and st_dwithin(_m._geom, _d.geom, 0.001))
from _union cross join lateral st_dump(st_collectionextract(_geom, 3)) _d
where not st_isempty(_d.geom)
order by _group, _d.path
