-- One layer against sites. $1 the sites as EWKB, EPSG:4490; $2 the same, densified, on
-- the plane of their zones, or null; $3 the layer; $4 its coverage outline; $5 the
-- largest distance of a rule in metres; $6 the day. One row for each feature that
-- meets a site or is nearer than $5 and than its own accuracy and half width, nearest
-- first; one row without a feature for a site that has none. Own names start with an
-- underscore, which no property's name does.
with _layer as materialized (
    select {facts} from planatlas.layer y left join planatlas.outline o on o.id = $4 where y.id = $3)
select _i, _revision, _changed, _steady, _unlocated, _finest, _covered, _q.*
from _layer
cross join unnest($1::bytea[], $2::bytea[]) with ordinality _u (_b, _p, _i)
cross join lateral (select st_geomfromewkb(_b) _g, st_geomfromewkb(_p) _plane offset 0) _v
-- At least so many metres are a degree of longitude anywhere in the site, and 110574 a
-- degree of latitude.
cross join lateral (select planatlas.reach(_g, _reach) _box, {covered} _covered, 111319 * cos(radians(greatest(abs(st_ymin(_g)), abs(st_ymax(_g))))) _x offset 0) _w
cross join lateral (select st_xmax(_box) - st_xmax(_g) _degrees, st_scale(st_boundary(_g), _x, 110574) _rim offset 0) _y
cross join lateral (
    -- Features of many vertices come as their parts, if these were cut from the very
    -- geometry that is stored now; all others as they are.
    with _atom as materialized (
        select _f.ctid _row, _p.n _n, _p.geom _atom, true _valid from {cut} where _p.geom && _box and _f.valid @> {day}
        union all
        select _f.ctid, 0, _f.geom, case when _guarded then true else st_isvalid(_f.geom) end
        from {table} _f where _f.geom && _box and _f.valid @> {day} and {uncut}),
    _near as materialized (
        select _row, bool_and(_valid) _valid, max(_dim) _dim, min(_d) _distance, bool_or(_whole) _whole, bool_or(_along) _along,
            case when bool_or(_whole) or count(_shared) = 0 then null when count(*) = 1 then (array_agg(_shared))[1]
                else st_union(array_agg(_shared order by _n) filter (where _shared is not null)) end _shared,
            case when count(*) = 1 then (array_agg(_point))[1] else (array_agg(_point order by _d, _n) filter (where _point is not null))[1] end _point
        from (
            select _row, _n, _valid, _dim, _d, _shared,
                _d = 0 and _dim = 2 and _shared is null _whole,
                case when _d = 0 and _dim = 1 then st_relate(_atom, _g, '*1*******') end _along,
                case when _d > 0 or st_isempty(_shared) then st_closestpoint(_atom, _g) end _point
            from _atom
            cross join lateral (select case when _valid then st_dimension(_atom) end _dim, case when not _valid then null
                when st_intersects(_atom, _g) then 0
                when not st_dwithin(_atom, _g, _degrees) then 'infinity'::float8
                else planatlas.gap_m(_atom, _g, _plane) end _d offset 0) _e
            -- Null for an area that covers the site.
            cross join lateral (select case when _d = 0 then case
                when _dim = 2 and st_coveredby(_g, _atom) then null
                when st_coveredby(_atom, _g) then _atom
                else st_intersection(_atom, _g) end end _shared offset 0) _s
            where _d < 'infinity' or not _valid) _a
        group by _row),
    _nearest as materialized (
        select coalesce((select min(_distance) from _near where _distance <= _reach), {nearest}) _nearest)
    select _nearest, _f.id _id, _n._valid, _n._dim, _n._distance, coalesce(_n._whole, false), coalesce(_n._along, false), st_asewkb(_n._shared), st_asewkb(_n._point),
        case _n._dim when 2 then null else coalesce(st_relate(_n._shared, _g, 'T********'), false) end,
        case when _n._distance = 0 then _depth end,
        {columns}
    from _nearest left join (_near _n join {table} _f on _f.ctid = _n._row)
        on not _n._valid or _n._distance <= $5::float8 + coalesce(_f.accuracy_m, 0) + {half}
    -- A point inside what is shared. How far it is from the edge of the site, or of the
    -- feature, is how far the feature can move so that the point, which either stays in
    -- the feature or moves with it, is still in both. A better point is looked for only
    -- when this one does not decide.
    left join lateral (select _o, st_pointonsurface(_o) _p, greatest(coalesce(_f.accuracy_m, 0) + $5::float8, {sliver}) _enough
        from (select case when _n._whole then _g else st_collectionextract(_n._shared, _n._dim + 1) end _o offset 0) _c
        where _n._distance = 0 and not st_isempty(_o) offset 0) _inside on true
    left join lateral (select st_distance(st_scale(_p, _x, 110574), _rim) _deep offset 0) _k on true
    left join lateral (select case
        when _deep >= _enough then _deep
        when _n._dim = 2 and not _n._whole and st_distance(st_scale(_p, _x, 110574), st_scale(st_boundary(_o), _x, 110574)) >= _enough
            then st_distance(st_scale(_p, _x, 110574), st_scale(st_boundary(_o), _x, 110574))
        else (select greatest(planatlas.distance_m(_q, st_boundary(_g)), case when _n._dim = 2 then planatlas.distance_m(_q, st_boundary(_f.geom)) end)
            from (select case when _n._dim = 2 and st_npoints(_o) <= 2000 then (st_maximuminscribedcircle(_o)).center else _p end _q offset 0) _r) end _depth offset 0) _d on true
    order by _n._distance, _f.id collate "C") _q
order by _i
