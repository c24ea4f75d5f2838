-- What site checks need of the database. Features of many vertices are cut into
-- parts, in one table per layer that triggers keep true whatever client writes; the
-- line of the law itself is never changed. A stored geometry is valid, by a
-- constraint that no session setting switches off.

create schema layers_parts;
comment on schema layers_parts is 'Derived: the features of many vertices, cut into parts. Written by triggers alone, read by site checks. Its readers are those who may read the layer.';

-- Names the exact geometry that parts were cut from. It is costly and has to be read
-- from an index.
create function planatlas.print(g geometry) returns uuid language plpgsql immutable strict parallel safe cost 100000 as $$
begin
    return md5(st_asewkb(g, 'NDR'))::uuid;
end $$;

-- True, or an error that says where the geometry is not valid.
create function planatlas.sound(id text, g geometry) returns boolean language plpgsql immutable parallel safe as $$
begin
    if not st_isvalid(g) then
        raise exception 'feature %: invalid geometry: % at %', id, st_isvalidreason(g),
            st_astext(location(st_isvaliddetail(g))) using errcode = 'check_violation';
    end if;
    return true;
end $$;

-- Whether a geometry has so many vertices that measuring its parts is cheaper. A long
-- line has a large box, and most of what that box meets is far from the line.
create function planatlas.many(g geometry) returns boolean language sql immutable strict parallel safe
    return st_npoints(g) > 256 or (st_npoints(g) > 48 and st_dimension(g) = 1);

-- The parts of a geometry, in order, at most 128 vertices each and 32 of a line;
-- nothing when they would not make up the whole to one part in 10^12.
create function planatlas.parts(g geometry) returns setof geometry language plpgsql immutable strict parallel safe rows 30 as $$
declare
    cut geometry[];
begin
    select array_agg(p) into cut from st_subdivide(g, case st_dimension(g) when 1 then 32 else 128 end) p;
    if abs(st_area(g) - (select sum(st_area(p)) from unnest(cut) p)) <= 1e-12 * st_area(g)
        and abs(st_length(g) - (select sum(st_length(p)) from unnest(cut) p)) <= 1e-12 * st_length(g)
        and (select bool_and(st_isvalid(p) and st_dimension(p) = st_dimension(g)) from unnest(cut) p) then
        return query select unnest(cut);
    end if;
exception when internal_error then -- the shape is measured whole
end $$;

-- Runs once per statement, in every session.
create function planatlas.keep_parts() returns trigger language plpgsql as $$
begin
    if tg_op = 'TRUNCATE' then
        execute format('truncate layers_parts.%I', tg_table_name);
        return null;
    end if;
    if tg_op <> 'INSERT' then
        execute format('delete from layers_parts.%I p using old_rows o where p.id = o.id', tg_table_name);
    end if;
    if tg_op <> 'DELETE' then
        execute format('insert into layers_parts.%I (id, n, print, geom)
            select r.id, p.n, planatlas.print(r.geom), p.geom from new_rows r
            cross join lateral planatlas.parts(r.geom) with ordinality p (geom, n) where planatlas.many(r.geom) and st_isvalid(r.geom)', tg_table_name);
    end if;
    return null;
end $$;

create function planatlas.refuse_parts() returns trigger language plpgsql as $$
begin
    if pg_trigger_depth() < 2 then
        raise exception '% on %.%: parts are written by the triggers of their layer', tg_op, tg_table_schema, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;

-- Makes the parts of a layer and what keeps them, or makes them anew when a trigger
-- or the table is gone. It does nothing when all is there.
create function planatlas.watch_parts(layer_id text) returns void language plpgsql as $$
declare
    layer regclass := format('layers.%I', layer_id)::regclass;
    parts text := format('layers_parts.%I', layer_id);
begin
    if to_regclass(parts) is not null
        and (select count(*) from pg_trigger where tgrelid = layer and tgname like 'parts\_%' and tgenabled = 'A') = 4
        and (select count(*) from pg_trigger where tgrelid = to_regclass(parts) and tgname like 'refuse\_%' and tgenabled = 'A') = 2 then
        return;
    end if;
    execute format('drop table if exists %s', parts);
    execute format('create table %s (id text not null, n integer not null, print uuid not null,
        geom geometry(Geometry, 4490) not null check (st_isvalid(geom)), primary key (id, n)) with (toast_tuple_target = 8160)', parts);
    execute format('create or replace trigger parts_insert after insert on %s referencing new table as new_rows for each statement execute function planatlas.keep_parts()', layer);
    execute format('create or replace trigger parts_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function planatlas.keep_parts()', layer);
    execute format('create or replace trigger parts_delete after delete on %s referencing old table as old_rows for each statement execute function planatlas.keep_parts()', layer);
    execute format('create or replace trigger parts_truncate before truncate on %s for each statement execute function planatlas.keep_parts()', layer);
    execute format('alter table %s enable always trigger parts_insert, enable always trigger parts_update,
        enable always trigger parts_delete, enable always trigger parts_truncate', layer);
    execute format('create unique index if not exists %I on %s (id, planatlas.print(geom)) where planatlas.many(geom)', layer_id || '.print', layer);
    execute format('create index if not exists %I on %s (id) where geom is null or st_isempty(geom)', layer_id || '.nowhere', layer);
    if exists (select from pg_attribute where attrelid = layer and attname = 'half_width_m' and not attisdropped) then
        execute format('create index if not exists %I on %s (half_width_m)', layer_id || '.half', layer);
    end if;
    execute format('insert into %s (id, n, print, geom) select r.id, p.n, planatlas.print(r.geom), p.geom from %s r
        cross join lateral planatlas.parts(r.geom) with ordinality p (geom, n) where planatlas.many(r.geom) and st_isvalid(r.geom)', parts, layer);
    execute format('create index on %s using gist (geom)', parts);
    execute format('create trigger refuse_change before insert or update or delete on %s for each statement execute function planatlas.refuse_parts()', parts);
    execute format('create trigger refuse_truncate before truncate on %s for each statement execute function planatlas.refuse_parts()', parts);
    execute format('alter table %s enable always trigger refuse_change, enable always trigger refuse_truncate', parts);
    -- A restore from a dump runs functions without a search path: what a sound row needs
    -- stands in the constraint itself.
    if not exists (select from pg_constraint where conrelid = layer and conname = 'sound') then
        execute format('alter table %s add constraint sound check (case when geom is null or st_isvalid(geom) then true else planatlas.sound(id, geom) end) not valid', layer);
        begin
            execute format('alter table %s validate constraint sound', layer);
        exception when check_violation then -- checks look at each geometry themselves
        end;
    end if;
end $$;

-- As before, but for the validity of the geometry, which is the constraint's.
create or replace function planatlas.stamp_row() returns trigger language plpgsql as $$
declare
    s planatlas.stamp;
    box box2d;
begin
    if tg_op = 'UPDATE' then
        new.revision := old.revision;
        new.recorded := old.recorded;
        if new is not distinct from old then
            return null;
        end if;
    end if;
    if new.geom is not null then
        if st_isempty(new.geom) or geometrytype(new.geom) = 'GEOMETRYCOLLECTION' then
            raise exception 'feature %: want points, lines or areas, not an empty geometry or a collection', new.id
                using errcode = 'check_violation';
        end if;
        box := box2d(new.geom);
        if st_xmin(box) < -180 or st_xmax(box) > 180 or st_ymin(box) < -90 or st_ymax(box) > 90 then
            raise exception 'feature %: coordinates outside longitude -180..180, latitude -90..90', new.id
                using errcode = 'check_violation';
        end if;
    end if;
    s := planatlas.stamp(tg_table_name);
    new.revision := s.revision;
    new.recorded := tstzrange(s.at, null);
    return new;
end $$;

-- The distance between two shapes in metres, on the ellipsoid. plane is the second
-- one with points every 70 m, on a conformal plane whose scale hardly changes near it:
-- which two points are nearest is found there, and their distance is geodesic. (Which
-- points are nearest on a sphere, as the type geography finds them, can be off by a
-- thousandth of the distance.) Only what is nearer than a first guess is looked at.
create function planatlas.gap_m(f geometry, g geometry, plane geometry) returns double precision language plpgsql immutable parallel safe as $$
declare
    d double precision := st_length(st_shortestline(f, g)::geography);
    near geometry;
begin
    if plane is null then
        return planatlas.distance_m(f, g);
    end if;
    near := st_transform(planatlas.densify(st_clipbybox2d(f, planatlas.reach(g, d * 1.001 + 0.01))), st_srid(plane));
    return least(d, st_length(st_transform(st_shortestline(near, plane), 4490)::geography));
end $$;

-- As before, in a language that keeps its plans: in SQL each statement that uses them
-- would parse and plan them again.
create or replace function planatlas.distance_m(a geometry, b geometry) returns double precision language plpgsql immutable strict parallel safe as $$
begin
    return case when st_intersects(a, b) then 0 else st_distance(planatlas.densify(a)::geography, planatlas.densify(b)::geography) end;
end $$;

create or replace function planatlas.reach(g geometry, metres double precision) returns geometry language plpgsql immutable strict parallel safe as $$
declare
    far constant double precision := greatest(abs(st_ymin(g)), abs(st_ymax(g))) + metres / 110500;
begin
    return st_expand(st_envelope(g), case when far >= 88 then 360 else metres / (110500 * cos(radians(far))) end, metres / 110500);
end $$;

do $$
declare
    id text;
begin
    for id in select relname from pg_class c where relnamespace = 'layers'::regnamespace and relkind = 'r'
        and exists (select from pg_attribute where attrelid = c.oid and attname = 'accuracy_m') order by 1
    loop
        perform planatlas.watch_parts(id);
    end loop;
end $$;
