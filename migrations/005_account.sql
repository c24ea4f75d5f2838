-- How many features a layer has, how many of them have a place, and the box around
-- these: kept by the trigger that keeps the history, so that nobody has to count.

alter table planatlas.layer
    add column features bigint not null default 0,
    add column located  bigint not null default 0,
    add column extent   box2d;
comment on column planatlas.layer.features is 'Kept by planatlas.keep_history; 0 for a published table.';

-- Brings the numbers of a layer up to date after a statement that took away and
-- added so many features. The box is worked out anew only when what went may have
-- held it open.
create function planatlas.account(layer_id text, went bigint, went_located bigint, went_box box2d,
    came bigint, came_located bigint, came_box box2d) returns void language plpgsql as $$
declare
    old_box box2d;
    new_box box2d;
begin
    select extent into old_box from planatlas.layer where id = layer_id;
    if went_box is not null and (st_xmin(went_box) <= st_xmin(old_box) or st_xmax(went_box) >= st_xmax(old_box)
            or st_ymin(went_box) <= st_ymin(old_box) or st_ymax(went_box) >= st_ymax(old_box)) then
        execute format('select st_extent(geom) from layers.%I', layer_id) into new_box;
    else
        new_box := box2d(st_collect(old_box::geometry, came_box::geometry));
    end if;
    update planatlas.layer set features = features + came - went, located = located + came_located - went_located, extent = new_box
        where id = layer_id;
end $$;

-- Runs once per statement: moves the rows as they were to the layer's history,
-- with the end of the time in which they were the known ones, brings the layer's
-- numbers up to date, and tells who listens which layer changed where.
create or replace function planatlas.keep_history() returns trigger language plpgsql as $$
declare
    s planatlas.stamp;
    names text;
    vals text;
    gone text := case tg_op when 'INSERT' then null when 'TRUNCATE' then format('layers.%I', tg_table_name) else 'old_rows' end;
    went bigint := 0;
    came bigint := 0;
    went_located bigint := 0;
    came_located bigint := 0;
    went_box box2d;
    came_box box2d;
    box box2d;
begin
    if gone is not null then
        execute format('select count(*), count(geom), st_extent(geom) from %s', gone) into went, went_located, went_box;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        select count(*), count(geom), st_extent(geom) into came, came_located, came_box from new_rows;
    end if;
    if went + came = 0 then
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
    if tg_op = 'TRUNCATE' then -- the rows are still there
        update planatlas.layer set features = 0, located = 0, extent = null where id = tg_table_name;
    else
        perform planatlas.account(tg_table_name, went, went_located, went_box, came, came_located, came_box);
    end if;
    box := box2d(st_collect(went_box::geometry, came_box::geometry));
    perform pg_notify('planatlas', json_build_object('layer', tg_table_name, 'revision', s.revision,
        'bbox', case when box is not null then json_build_array(st_xmin(box), st_ymin(box), st_xmax(box), st_ymax(box)) end)::text);
    return null;
end $$;

do $$
declare
    layer_id text;
begin
    for layer_id in select y.id from planatlas.layer y where to_regclass(format('layers.%I', y.id)) is not null loop
        execute format('update planatlas.layer set (features, located, extent) =
            (select count(*), count(geom), st_extent(geom) from layers.%I) where id = %L', layer_id, layer_id);
    end loop;
end $$;
