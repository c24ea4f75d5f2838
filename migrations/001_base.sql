-- What all layers share: the catalogue, the revisions, the history of every
-- feature, the rule sets and the archive of checks. The table of one layer is
-- made from its declaration.

create extension if not exists postgis;

create schema planatlas;
create schema layers;
create schema layers_history;

create table planatlas.layer (
    id          text primary key,
    declaration jsonb not null,
    revision    bigint not null default 0,
    changed_at  timestamptz not null default clock_timestamp()
);
comment on table planatlas.layer is 'One row per layer: its declaration, and the revision that every change of its features raises by one.';

create table planatlas.outline (
    id              text primary key,
    entity          text, -- of the plan
    name_zh         text not null,
    name_en         text not null,
    geometry_source text not null,
    accuracy_m      double precision not null check (accuracy_m > 0 and accuracy_m < 'infinity'),
    geom            geometry(Geometry, 4490) not null check (st_isvalid(geom))
);
comment on table planatlas.outline is 'Areas that the coverage of layers refers to. Not legal boundaries.';

create table planatlas.rule_set (
    sha256    text primary key,
    rules     jsonb not null,
    loaded_at timestamptz not null default clock_timestamp()
);
comment on table planatlas.rule_set is 'Every rule set that was ever loaded; the newest is in use.';

create table planatlas.site_check (
    id            text primary key,
    created       timestamptz not null,
    input         bytea not null,
    input_sha256  text not null,
    site          geometry(Geometry, 4490) not null,
    revisions     jsonb not null,
    rules_sha256  text not null,
    software      text not null,
    answer        bytea not null,
    result_sha256 text not null
);
comment on table planatlas.site_check is 'The archive of site checks. Rows are never changed.';

create function planatlas.refuse() returns trigger language plpgsql as $$
begin
    raise exception '% on %.%: archived rows are never changed', tg_op, tg_table_schema, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

create trigger refuse_change before update or delete on planatlas.site_check
    for each row execute function planatlas.refuse();
create trigger refuse_truncate before truncate on planatlas.site_check
    for each statement execute function planatlas.refuse();

create function planatlas.notify_catalog() returns trigger language plpgsql as $$
begin
    perform pg_notify('planatlas', '{"catalog":true}');
    return null;
end $$;

create trigger notify_catalog after insert or update of declaration or delete on planatlas.layer
    for each statement execute function planatlas.notify_catalog();
create trigger notify_catalog after insert or update or delete on planatlas.rule_set
    for each statement execute function planatlas.notify_catalog();

-- The revision of a layer in the current transaction. The first change of a
-- layer in a transaction takes the layer's row lock and the next revision; later
-- changes of the same transaction share both.
create type planatlas.stamp as (revision bigint, at timestamptz);

create function planatlas.stamp(layer_id text) returns planatlas.stamp language plpgsql as $$
declare
    setting constant text := 'planatlas.stamp_' || layer_id;
    s planatlas.stamp;
begin
    if coalesce(current_setting(setting, true), '') <> '' then
        return current_setting(setting)::planatlas.stamp;
    end if;
    -- A clock that was put back must not make time run backwards here.
    update planatlas.layer set revision = revision + 1,
            changed_at = greatest(clock_timestamp(), changed_at + interval '1 microsecond')
        where id = layer_id returning revision, changed_at into s;
    if not found then
        raise exception 'layer % is not declared', layer_id using errcode = 'foreign_key_violation';
    end if;
    perform set_config(setting, s::text, true);
    return s;
end $$;

-- Runs for every row that any client writes: checks the geometry and stamps the
-- row. A row that is written as it was stays as it was.
create function planatlas.stamp_row() returns trigger language plpgsql as $$
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
        if not st_isvalid(new.geom) then
            raise exception 'feature %: invalid geometry: % at %', new.id, st_isvalidreason(new.geom),
                st_astext(location(st_isvaliddetail(new.geom))) using errcode = 'check_violation';
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

-- Runs once per statement: moves the rows as they were to the layer's history,
-- with the end of the time in which they were the known ones, and tells who
-- listens which layer changed where.
create function planatlas.keep_history() returns trigger language plpgsql as $$
declare
    s planatlas.stamp;
    names text;
    vals text;
    gone text := case tg_op when 'INSERT' then null when 'TRUNCATE' then format('layers.%I', tg_table_name) else 'old_rows' end;
    box box2d;
    n bigint;
begin
    if tg_op = 'INSERT' then
        select count(*), st_extent(geom) into n, box from new_rows;
    elsif tg_op = 'UPDATE' then
        select count(*), st_extent(geom) into n, box from (select geom from old_rows union all select geom from new_rows) g;
    else
        execute format('select count(*), st_extent(geom) from %s', gone) into n, box;
    end if;
    if n = 0 then
        return null;
    end if;
    s := planatlas.stamp(tg_table_name);
    if gone is not null then
        select string_agg(quote_ident(attname), ', ' order by attnum),
               string_agg(case attname when 'recorded' then 'tstzrange(lower(recorded), $1)' else quote_ident(attname) end, ', ' order by attnum)
            into names, vals
            from pg_attribute where attrelid = tg_relid and attnum > 0 and not attisdropped;
        execute format('insert into layers_history.%I (%s) select %s from %s where revision < $2',
            tg_table_name, names, vals, gone) using s.at, s.revision; -- versions within one transaction were never visible
    end if;
    perform pg_notify('planatlas', json_build_object('layer', tg_table_name, 'revision', s.revision,
        'bbox', case when box is not null then json_build_array(st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box)) end)::text);
    return null;
end $$;

-- Gives a table in schema layers the triggers above.
create function planatlas.watch_layer(layer_id text) returns void language plpgsql as $$
begin
    execute format('create trigger stamp_row before insert or update on layers.%I for each row execute function planatlas.stamp_row()', layer_id);
    execute format('create trigger history_insert after insert on layers.%I referencing new table as new_rows for each statement execute function planatlas.keep_history()', layer_id);
    execute format('create trigger history_update after update on layers.%I referencing old table as old_rows new table as new_rows for each statement execute function planatlas.keep_history()', layer_id);
    execute format('create trigger history_delete after delete on layers.%I referencing old table as old_rows for each statement execute function planatlas.keep_history()', layer_id);
    execute format('create trigger refuse_change before update or delete on layers_history.%I for each row execute function planatlas.refuse()', layer_id);
    execute format('create trigger refuse_truncate before truncate on layers_history.%I for each statement execute function planatlas.refuse()', layer_id);
    execute format('create trigger history_truncate before truncate on layers.%I for each statement execute function planatlas.keep_history()', layer_id);
end $$;

-- Puts points on the edges so that no edge is longer than 70 m. Edges are
-- straight in longitude and latitude; geodesic measures of the result follow
-- them. 0.00062 degrees are 69 m along a meridian and less along a parallel.
-- Source: 国土调查办发〔2008〕32号, areas on the ellipsoid, edges over 70 m.
create function planatlas.densify(g geometry) returns geometry language sql immutable strict parallel safe as $$
    select st_segmentize(g, 0.00062)
$$;

-- The area on the CGCS2000 ellipsoid in square metres.
create function planatlas.area_m2(g geometry) returns double precision language sql immutable strict parallel safe as $$
    select st_area(planatlas.densify(g)::geography)
$$;

-- The geodesic distance in metres; 0 when the shapes meet.
create function planatlas.distance_m(a geometry, b geometry) returns double precision language sql immutable strict parallel safe as $$
    select case when st_intersects(a, b) then 0 else st_distance(planatlas.densify(a)::geography, planatlas.densify(b)::geography) end
$$;

-- The box around a shape that holds everything nearer than the distance, between
-- 88 degrees south and north and on the same side of the antimeridian; nearer to a
-- pole it holds all longitudes.
create function planatlas.reach(g geometry, metres double precision) returns geometry language sql immutable strict parallel safe as $$
    select st_expand(st_envelope(g), case when far >= 88 then 360 else metres / (110500 * cos(radians(far))) end, metres / 110500)
    from (select greatest(abs(st_ymin(g)), abs(st_ymax(g))) + metres / 110500 far) f
$$;
