-- One layer against one site. $1 the site as EWKB, EPSG:4490; $2 the largest
-- distance of a rule in metres; $3 the day; $4, $5 the noise floor of a piece of an
-- overlap in square metres and metres of mean width; $6 the width of a sliver. One
-- row per feature that meets the site or is nearer than $2 and than its own accuracy
-- and half width. Own names start with an underscore, which no property's name does.
with _site as materialized (
    select _g, planatlas.densify(_g)::geography _dense, st_boundary(_g) _edge from st_geomfromewkb($1) _g),
_reach as materialized (
    select planatlas.reach(_g, $2::float8 + coalesce((select max(accuracy_m) + max({half}) from {table}), 0)) _box, _site.* from _site),
_near as materialized (
    select _f.*, _g, _edge, st_isvalid(_f.geom) _valid, st_dimension(_f.geom) _dim,
        case when st_intersects(_f.geom, _g) then 0 else st_distance(planatlas.densify(_f.geom)::geography, _dense) end _distance
    from {table} _f, _reach where _f.geom && _box and _f.valid @> $3::text::date),
_wanted as materialized (
    select * from _near where not _valid or _distance <= $2::float8 + coalesce(accuracy_m, 0) + {half}),
_shared as materialized (
    select *, case
        when not _valid or _distance > 0 then null
        when _dim = 2 and st_coveredby(_g, geom) then _g
        else st_collectionextract(st_intersection(geom, _g), _dim + 1) end _all
    from _wanted),
-- The pieces of an area's overlap that are more than arithmetic.
_cleaned as materialized (
    select _s.*, coalesce(_p._area, 0) _area, coalesce(_p._solid, 0) _solid, coalesce(_p._width, 0) _width,
        case when _dim = 2 then _p._kept else _all end _part
    from _shared _s left join lateral (
        select st_collect(_piece) _kept, sum(_a) _area, sum(_a) filter (where _w >= $6::float8) _solid, max(_w) _width
        from (select geom _piece, planatlas.area_m2(geom) _a,
                2 * planatlas.area_m2(geom) / nullif(st_perimeter(planatlas.densify(geom)::geography), 0) _w
            from st_dump(case when _s._dim = 2 then _s._all end)) _q
        where _a >= $4::float8 and _w >= $5::float8) _p on true),
-- A point inside the overlap, as far from its edge as can be had for little.
_measured as materialized (
    select *, _part is not null and not st_isempty(_part) and st_relate(geom, _g, 'T********') _interiors,
        case when _part is null or st_isempty(_part) then null
            when _dim = 2 and st_npoints(_part) <= 2000 then (st_maximuminscribedcircle(_part)).center
            else st_pointonsurface(_part) end _inside
    from _cleaned)
select id, revision,
    (select to_jsonb(_p) from (select {columns}) _p),
    _valid, _dim, _interiors, _area, _solid, _width,
    case when _dim = 1 then coalesce(st_length(planatlas.densify(_part)::geography), 0) else 0 end,
    -- How far the feature can move so that this point, which either stays in the
    -- feature or moves with it, is still in both.
    coalesce(greatest(planatlas.distance_m(_inside, _edge), case when _dim = 2 then planatlas.distance_m(_inside, st_boundary(geom)) end), 0),
    _distance,
    st_asgeojson(case when _part is null or st_isempty(_part) then st_closestpoint(geom, _g) else _part end, 9, 0),
    coalesce((select case when count(*) = 1 then max(_area) else planatlas.area_m2(st_union(_part order by id)) end
        from _measured where _dim = 2 and _area > 0), 0),
    (select min(_distance) from _near)
from _measured
order by _distance, _area desc, id
