-- Sites against a zone: all areas of a layer that a filter picks. $1 the sites as
-- EWKB, EPSG:4490; $2 the same on the plane of their zones; $3 the largest distance of
-- a rule in metres; $4 the day. One row for each site.
with _layer as materialized (
    select $3::float8 + coalesce((select max(accuracy_m) from {table}), 0) _reach,
        exists (select from pg_constraint where conrelid = '{table}'::regclass and conname = 'sound' and convalidated) _guarded)
select _i, _q.*
from _layer
cross join unnest($1::bytea[], $2::bytea[]) with ordinality _u (_b, _p, _i)
cross join lateral (select st_geomfromewkb(_b) _g, st_geomfromewkb(_p) _plane offset 0) _v
cross join lateral (select planatlas.reach(_g, _reach) _box offset 0) _w
cross join lateral (
    with _atom as materialized (
        select _id, _n, _atom, _valid, case when _valid then st_intersects(_atom, _g) end _meets, case when _valid then st_coveredby(_g, _atom) end _whole
        from (select _p.id _id, _p.n _n, _p.geom _atom, true _valid from {cut} where _p.geom && _box and _f.valid @> $4::text::date
            union all
            select _f.id, 0, _f.geom, case when _guarded then true else st_isvalid(_f.geom) end
            from {features} _f where _f.geom && _box and _f.valid @> $4::text::date and {uncut}) _a
        where not _valid or st_dimension(_atom) = 2),
    _zone as materialized (
        select count(distinct _id) filter (where _meets) _features, coalesce(bool_and(_valid), true) _valid,
            case when bool_or(_whole) then st_setsrid('POLYGON EMPTY'::geometry, 4490)
                when bool_or(_meets) then st_collectionextract(st_difference(_g, st_union(array_agg(_atom order by _id collate "C", _n) filter (where _meets))), 3)
                else _g end _outside,
            -- What is near and not in the zone.
            case when bool_and(_valid) then st_difference(_box, st_union(array_agg(_atom order by _id collate "C", _n))) else _box end _rest
        from _atom)
    select _features, _valid, st_asewkb(_outside),
        case when not _valid or not st_isempty(_outside) then 0 when st_isempty(_rest) then _reach else least(_reach, planatlas.gap_m(_rest, _g, _plane)) end,
        case when _valid and not st_isempty(_outside) then least(_reach, (
            select min(planatlas.distance_m(_atom, _p)) from _atom cross join (
                select case when st_npoints(_outside) <= 2000 then (st_maximuminscribedcircle(_outside)).center else st_pointonsurface(_outside) end _p offset 0) _r)) else 0 end
    from _zone) _q
order by _i
