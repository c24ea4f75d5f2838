-- One layer against one site. $1 the site as EWKB, EPSG:4490; $2 the largest
-- distance of a rule in metres. One row per feature that meets the site or is
-- nearer than that and than its own accuracy and half width. Own names start
-- with an underscore, which no property's name does.
with _site as materialized (select st_geomfromewkb($1) _g),
_reach as materialized (
    select planatlas.reach(_g, $2::float8 + coalesce((select max(accuracy_m) + max({half}) from {table}), 0)) _box, _g from _site),
_near as materialized (
    select _f.*, _g, st_isvalid(_f.geom) _valid, st_dimension(_f.geom) _dim, planatlas.distance_m(_f.geom, _g) _distance
    from {table} _f, _reach where _f.geom && _box and _f.valid @> current_date),
_wanted as materialized (
    select * from _near where not _valid or _distance <= $2::float8 + coalesce(accuracy_m, 0) + {half}),
_shared as materialized (
    select *, case
        when not _valid or _distance > 0 then null
        when _dim = 2 and st_coveredby(_g, geom) then _g
        else st_collectionextract(st_intersection(geom, _g), _dim + 1) end _part
    from _wanted),
_measured as materialized (
    select *, _part is not null and st_relate(geom, _g, 'T********') _interiors,
        case when _dim = 2 then coalesce(planatlas.area_m2(_part), 0) else 0 end _area
    from _shared)
select id, revision,
    (select to_jsonb(_p) from (select {columns}) _p),
    _valid, _dim = 2, coalesce(_interiors, false), _distance = 0,
    _area,
    case when _area > 0 then 2 * _area / nullif(st_perimeter(planatlas.densify(_part)::geography), 0) else 0 end,
    case when _dim = 1 then coalesce(st_length(planatlas.densify(_part)::geography), 0) else 0 end,
    case when _part is null or st_isempty(_part) then 0
        else planatlas.distance_m(st_pointonsurface(_part), st_boundary(case when _dim = 2 then geom else _g end)) end,
    _distance,
    st_asgeojson(case when _part is null or st_isempty(_part) then st_closestpoint(geom, _g) else _part end, 9, 0),
    coalesce((select case when count(*) = 1 then max(_area) else planatlas.area_m2(st_union(_part)) end
        from _measured where _dim = 2 and _area > 0), 0),
    min(_distance) over ()
from _measured
order by _distance, _area desc, id
