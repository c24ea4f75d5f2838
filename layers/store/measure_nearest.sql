-- How far the nearest feature of a layer is from each site, however far; null when the
-- layer has none. $1 the sites as EWKB, EPSG:4490; $2 the same on the plane of their
-- zones; $3 the day.
select _i, {nearest}
from unnest($1::bytea[], $2::bytea[]) with ordinality _u (_b, _p, _i)
cross join lateral (select st_geomfromewkb(_b) _g, st_geomfromewkb(_p) _plane offset 0) _v
