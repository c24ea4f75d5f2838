-- How far the nearest feature that a filter picks, or may pick, is from each site. $1 the
-- sites as EWKB, EPSG:4490; $2 the same on the plane of their zones; $3 the day. So many
-- features are looked at, nearest boxes first. When none of them is picked and there are
-- more, it says how far those are at least. One row for each site, in metres.
select _i, _gap, _least
from unnest($1::bytea[], $2::bytea[]) with ordinality _u (_b, _p, _i)
cross join lateral (select st_geomfromewkb(_b) _g, st_geomfromewkb(_p) _plane offset 0) _v
cross join lateral (
    with _near as materialized (
        select geom _t, _about, geom <#> _g _off from (select geom, {filter} is not false _about from {table} where valid @> {day} and geom is not null) _f
        order by geom <#> _g limit {most}),
    _bound as materialized (
        select st_xmax(planatlas.reach(_g, _metres)) - st_xmax(_g) _degrees from (
            select 1.0001 * st_length(st_shortestline(_t, _g)::geography) _metres from _near where _about order by _off limit 1) _b)
    select (select min(planatlas.gap_m(_t, _g, _plane)) from _near, _bound where _about and _off <= _degrees) _gap,
        (select case when count(*) = {most} and not bool_or(_about) and max(_off) + _lat < 88
                then max(_off) * 110500 * cos(radians(max(_off) + _lat)) end
            from _near, (select greatest(abs(st_ymin(_g)), abs(st_ymax(_g))) _lat) _y group by _lat) _least) _q
