-- A large import stores its features first and makes what tiles show at small scales
-- afterwards: until then each tile finds out by itself.

-- As before; an exact zoom below 0 says that the pyramid is still to be made. Meanwhile
-- tiles hold every feature from zoom 13 on.
create or replace function planatlas.tile_finest(exact integer) returns integer language sql immutable parallel safe
    return case when exact < 0 then 18 when exact = 0 then 0 else exact + 5 end;
comment on table planatlas.tile_layer is 'The zoom from which tiles of the layer hold every feature as it is, -1 while its pyramid is still to be made, and the columns that they have below it. Its row is locked by each statement that changes the layer.';

-- The query for the rows of cells of one level, from what the source says: single
-- features or smaller cells. What is to happen between reading and choosing the columns
-- may be put in. See put_tiles for what a cell keeps.
create function planatlas.tile_rows(layer_id text, level integer, source text, between_ text) returns text language plpgsql stable as $$
declare
    size constant text := (360 / 2.0::float8 ^ level)::text || '::float8';
    decimals constant integer := greatest(0, least(7, ceil(log(128 * 2.0::float8 ^ level / 360))));
    props text;
begin
    select 'array[' || string_agg(format('t.%I::text', c), ', ' order by i) || ']' into props
        from planatlas.tile_layer, unnest(columns) with ordinality u (c, i) where layer = layer_id;
    return format('with a as materialized (
            select distinct on (cell) cell, id, x, y, size, sum(n) over w n, sum(area) over w area, sum(vertices) over w vertices
            from (%1$s) s window w as (partition by cell order by size desc, id collate "C" rows between unbounded preceding and unbounded following)
            order by cell, size desc, id collate "C")', source) || between_ || format('
        select %2$s::smallint, a.cell, a.id, a.x, a.y, a.n::integer, a.size, a.area::float8, a.vertices, t.shape, t.place, t.props
        from a cross join lateral (
            select case when st_dimension(t.geom) = 0 then st_astwkb(t.geom, %4$s)
                    when a.size >= %3$s or (a.n = 1 and a.size >= %3$s / 2) then st_astwkb(coalesce(st_simplify(t.geom, %3$s / 8), t.geom), %4$s)
                    when st_dimension(t.geom) = 1 then st_astwkb(st_setsrid(st_makeline(st_makepoint(a.x - %3$s / 4, a.y), st_makepoint(a.x + %3$s / 4, a.y)), 4490), %4$s) end shape,
                case when a.size > 6 * %3$s then box(point(st_xmin(t.geom) + 1000 * %2$s, st_ymin(t.geom)), point(st_xmax(t.geom) + 1000 * %2$s, st_ymax(t.geom))) end place,
                %5$s props
            from layers.%1$I t where t.id = a.id offset 0) t', layer_id, level, size, decimals, coalesce(props, 'null::text[]'));
end $$;

-- As before; the query is shared with who wants the rows alone.
create or replace function planatlas.put_tiles(layer_id text, level integer, source text, cells bigint[], fresh boolean) returns void language plpgsql as $$
begin
    execute planatlas.tile_rows(layer_id, level, source, format(case when fresh then '' else ',
        gone as (delete from layers_tiles.%1$I g where level = %2$s and %3$s and not exists (select from a where a.cell = g.cell))' end || '
        insert into layers_tiles.%1$I as o (level, cell, id, x, y, n, size, area, vertices, shape, place, props)',
            layer_id, level, case when cells is null then 'true' else 'cell = any($1)' end)) || case when fresh then '' else '
        on conflict (level, cell) do update set id = excluded.id, x = excluded.x, y = excluded.y, n = excluded.n, size = excluded.size,
            area = excluded.area, vertices = excluded.vertices, shape = excluded.shape, place = excluded.place, props = excluded.props
        where (o.id, o.x, o.y, o.n, o.size, o.area, o.vertices, o.shape, o.place::text, o.props)
            is distinct from (excluded.id, excluded.x, excluded.y, excluded.n, excluded.size, excluded.area, excluded.vertices, excluded.shape, excluded.place::text, excluded.props)' end
        using cells;
end $$;

-- The rows that the pyramid will have for the cells of one level in which features of a
-- region lie.
create function planatlas.tile_now(layer_id text, lvl integer, region geometry)
returns table (level smallint, cell bigint, id text, x float8, y float8, n integer, size float8, area float8, vertices float8, shape bytea, place box, props text[])
language plpgsql stable as $$
declare
    base constant text := format('layers.%I', layer_id);
    cells bigint[];
begin
    execute format('select array(select distinct cell from (%s) m)',
        planatlas.tile_members(format('(select * from %s where geom && $1) t', base), lvl)) into cells using region;
    return query execute planatlas.tile_rows(layer_id, lvl, case when cardinality(cells) <= 1000
        then planatlas.tile_members(planatlas.tile_lookup(base, lvl), lvl)
        else format('select m.* from (%s) m join unnest($1) c (cell) using (cell)', planatlas.tile_members(base, lvl)) end, '') using cells;
end $$;

-- The source of the features that lie in the cells $1 of a level, looked up one by one.
create function planatlas.tile_lookup(base text, level integer) returns text language sql immutable as $$
    select format('(select t.id, t.geom from unnest($1) c cross join lateral (
            select t.id, t.geom from %1$s t where t.geom && planatlas.tile_box(%2$s, c) and planatlas.tile_cell(%2$s,
                (st_xmin(t.geom) + st_xmax(t.geom)) / 2, (st_ymin(t.geom) + st_ymax(t.geom)) / 2) = c offset 0) t) t', base, level)
$$;

-- Makes the pyramid of a layer that is still to be made, while tiles are read. It tells
-- whether there was anything to do.
create function planatlas.build_tiles(layer_id text) returns boolean language plpgsql as $$
begin
    perform from planatlas.tile_layer where layer = layer_id and exact < 0 for update;
    if not found then
        return false;
    end if;
    execute format('alter table layers_tiles.%I disable trigger refuse_change', layer_id);
    execute format('delete from layers_tiles.%I', layer_id);
    perform planatlas.add_tiles(layer_id, planatlas.tile_exact(layer_id, 0), -1);
    execute format('alter table layers_tiles.%I enable always trigger refuse_change', layer_id);
    perform pg_notify('planatlas', json_build_object('layer', layer_id, 'all', true,
        'revision', (select revision from planatlas.layer where id = split_part(layer_id, '.', 1)))::text);
    return true;
end $$;

-- As before, but that a pyramid which is still to be made is left to build_tiles.
create or replace function planatlas.keep_tiles() returns trigger language plpgsql as $$
declare
    rows text := case tg_op when 'INSERT' then 'new_rows' when 'DELETE' then 'old_rows'
        when 'UPDATE' then '(select id, geom from old_rows union all select id, geom from new_rows)' end;
    zoom integer;
    names text[];
    values text;
    boxes json;
    written boolean;
    cells bigint[];
begin
    if tg_op <> 'TRUNCATE' then
        execute format('select exists (select from %s r)', rows) into written;
        if not written then
            return null;
        end if;
    end if;
    update planatlas.tile_layer set statements = statements + 1 where layer = tg_table_name returning exact, columns into zoom, names;
    if tg_op = 'TRUNCATE' then
        execute format('truncate layers_tiles.%I', tg_table_name);
        perform pg_notify('planatlas', json_build_object('layer', tg_table_name, 'all', true,
            'revision', (select revision from planatlas.layer where id = tg_table_name))::text);
        return null;
    end if;
    execute format('with b as (select w, s, e, n, row_number() over () i from (
                select st_xmin(b) w, st_ymin(b) s, st_xmax(b) e, st_ymax(b) n
                from (select box3d(geom) b from %s r where geom is not null and not st_isempty(geom) offset 0) r group by 1, 2, 3, 4) d),
            whole as (select count(*) many, min(w) w, min(s) s, max(e) e, max(n) n from b)
        select json_agg(json_build_array(w, s, e, n)) from (
            select min(b.w) w, min(b.s) s, max(b.e) e, max(b.n) n from b, whole group by case when many <= 64 then i else
                8 * floor(7.999 * (b.w - whole.w) / greatest(whole.e - whole.w, 1e-9)) + floor(7.999 * (b.s - whole.s) / greatest(whole.n - whole.s, 1e-9)) end) g',
        rows) into boxes;
    perform pg_notify('planatlas', json_build_object('layer', tg_table_name, 'boxes', coalesce(boxes, '[]'), 'finest', planatlas.tile_finest(zoom),
        'revision', (select revision from planatlas.layer where id = tg_table_name))::text);
    if zoom < 0 then
        return null;
    end if;
    if tg_op = 'UPDATE' then -- other columns change nothing here
        select string_agg(quote_ident(c), ', ') into values from unnest(array['id', 'geom'] || case when zoom > 0 then names else '{}' end) c;
        rows := format('(select c.id, c.geom from (
            select id from (select %1$s from old_rows) o full join (select %1$s from new_rows) n using (id) where o is distinct from n) d
            join (select id, geom from old_rows union all select id, geom from new_rows) c using (id))', values);
    end if;
    execute format('select array(select distinct cell from (%s) m)', planatlas.tile_members(rows || ' r', planatlas.tile_finest(zoom))) into cells;
    if cells <> '{}' then
        perform planatlas.refresh_tiles(tg_table_name, zoom, cells);
    end if;
    return null;
end $$;

-- Few features are entities of the plan: an index of these alone costs an import nothing.
do $$
declare
    layer text;
begin
    for layer in select relname from pg_class c where relnamespace = 'layers'::regnamespace and relkind = 'r'
        and exists (select from pg_index i join pg_class x on x.oid = indexrelid where indrelid = c.oid and x.relname = c.relname || '_entity_idx' and indpred is null) order by 1
    loop
        execute format('drop index layers.%I', layer || '_entity_idx');
        execute format('create index %I on layers.%I (entity) where entity is not null', layer || '_entity_idx', layer);
    end loop;
end $$;
