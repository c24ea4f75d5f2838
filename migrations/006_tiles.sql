-- What tiles need of the database. A layer that is too dense for a small scale is
-- drawn there from a pyramid of cells, in one table per layer that triggers keep true
-- whatever client writes. A cell of level k is a square of 360/2^k degrees. Of the
-- features whose middle lies in it the largest is kept, with the number and the area
-- of all; a cell's row follows from those of its four quarters. Checks never look
-- at it, and the features themselves are never changed.

create schema layers_tiles;
comment on schema layers_tiles is 'Derived: which features tiles show at small scales. Written by triggers alone. Its readers are those who may read the layer.';

create table planatlas.tile_layer (
    layer      text primary key,
    exact      smallint not null default 0,
    columns    text[] not null default '{}',
    statements bigint not null default 0
);
comment on table planatlas.tile_layer is 'The zoom from which tiles of the layer hold every feature as it is, and the columns that they have below it. Its row is locked by each statement that changes the layer.';

-- The columns by which a map tells the features of a layer apart: those with a closed
-- list of values, and the label.
create function planatlas.tile_columns(layer_id text) returns text[] language sql stable as $$
    select coalesce(array_agg(attname::text order by attname), '{}') from pg_attribute, planatlas.layer
        where id = layer_id and attrelid = format('layers.%I', layer_id)::regclass and attnum > 0 and not attisdropped and atttypid = 'text'::regtype
            and (attname in ('status', 'legal_effect', declaration #>> '{style,label}')
                or attname in (select p ->> 'name' from jsonb_array_elements(case jsonb_typeof(declaration -> 'properties') when 'array' then declaration -> 'properties' else '[]' end) p
                    where jsonb_typeof(p -> 'codes') = 'array'))
$$;

-- The cell of a position: row and column, counted from the south-west.
create function planatlas.tile_cell(level integer, lon double precision, lat double precision) returns bigint language sql immutable parallel safe
    return (least(greatest(floor((lat + 180) / 360 * 2.0::float8 ^ level), 0), 2.0::float8 ^ level - 1)::bigint << 32)
        | least(greatest(floor((lon + 180) / 360 * 2.0::float8 ^ level), 0), 2.0::float8 ^ level - 1)::bigint;

-- The cell that holds a cell, so many levels up.
create function planatlas.tile_parent(cell bigint, up integer) returns bigint language sql immutable parallel safe
    return ((cell >> (32 + up)) << 32) | ((cell & 4294967295) >> up);

create function planatlas.tile_box(level integer, cell bigint) returns geometry language sql immutable parallel safe
    return st_makeenvelope((cell & 4294967295) * 360 / 2.0::float8 ^ level - 180, (cell >> 32) * 360 / 2.0::float8 ^ level - 180,
        ((cell & 4294967295) + 1) * 360 / 2.0::float8 ^ level - 180, ((cell >> 32) + 1) * 360 / 2.0::float8 ^ level - 180, 4490);

-- The finest level of the pyramid below an exact zoom: 64 cells across a tile. A layer
-- that is exact everywhere has one cell, which tells when it is so no longer.
create function planatlas.tile_finest(exact integer) returns integer language sql immutable parallel safe
    return case when exact = 0 then 0 else exact + 5 end;

-- About how many bytes a tile takes for so many features and vertices.
create function planatlas.tile_weight(n bigint, vertices double precision) returns double precision language sql immutable parallel safe
    return 100 * n + 3 * vertices;

-- What a tile may take with every feature as it is; a tile may have 500 kB.
create function planatlas.tile_budget() returns bigint language sql immutable parallel safe return 400000;

-- The query for the features of a source as cells of their own.
create function planatlas.tile_members(source text, level integer) returns text language sql immutable as $$
    select format('select planatlas.tile_cell(%s, x, y) cell, id, x, y,
        size, 1 n,
        floor(st_area(geom) * 1e10) area, st_npoints(geom)::float8 vertices
        from (select id, geom, (st_xmin(b) + st_xmax(b)) / 2 x, (st_ymin(b) + st_ymax(b)) / 2 y, greatest(st_xmax(b) - st_xmin(b), st_ymax(b) - st_ymin(b)) size
            from (select id, geom, box3d(geom) b from %s where geom is not null and not st_isempty(geom) offset 0) m offset 0) m', level, source)
$$;

-- Writes cells of one level as the source says: rows of single features or of smaller
-- cells. Those there are replaced, unless it is known that there are none. A cell keeps
-- what is drawn for it, as TWKB: the feature in its own shape, half a pixel off at most,
-- or nothing when a square stands for it; and the values of the layer's columns. Of a
-- feature that reaches far beyond its cell it keeps the box, moved east by 1000 degrees
-- a level. Areas are whole square metres, about, so that their sum does not depend on
-- its order.
create function planatlas.put_tiles(layer_id text, level integer, source text, cells bigint[], fresh boolean) returns void language plpgsql as $$
declare
    size constant text := (360 / 2.0::float8 ^ level)::text || '::float8';
    decimals constant integer := greatest(0, least(7, ceil(log(128 * 2.0::float8 ^ level / 360))));
    props text;
begin
    select 'array[' || string_agg(format('t.%I::text', c), ', ' order by i) || ']' into props
        from planatlas.tile_layer, unnest(columns) with ordinality u (c, i) where layer = layer_id;
    execute format('with a as materialized (
            select distinct on (cell) cell, id, x, y, size, sum(n) over w n, sum(area) over w area, sum(vertices) over w vertices
            from (%1$s) s window w as (partition by cell order by size desc, id collate "C" rows between unbounded preceding and unbounded following)
            order by cell, size desc, id collate "C")' || case when fresh then '' else ',
        gone as (delete from layers_tiles.%2$I g where level = %3$s and %4$s and not exists (select from a where a.cell = g.cell))' end || '
        insert into layers_tiles.%2$I as o (level, cell, id, x, y, n, size, area, vertices, shape, place, props)
        select %3$s, a.cell, a.id, a.x, a.y, a.n, a.size, a.area, a.vertices, t.shape, t.place, t.props
        from a cross join lateral (
            select case when st_dimension(t.geom) = 0 then st_astwkb(t.geom, %6$s)
                    when a.size >= %5$s or (a.n = 1 and a.size >= %5$s / 2) then st_astwkb(coalesce(st_simplify(t.geom, %5$s / 8), t.geom), %6$s)
                    when st_dimension(t.geom) = 1 then st_astwkb(st_setsrid(st_makeline(st_makepoint(a.x - %5$s / 4, a.y), st_makepoint(a.x + %5$s / 4, a.y)), 4490), %6$s) end shape,
                case when a.size > 6 * %5$s then box(point(st_xmin(t.geom) + 1000 * %3$s, st_ymin(t.geom)), point(st_xmax(t.geom) + 1000 * %3$s, st_ymax(t.geom))) end place,
                %7$s props
            from layers.%2$I t where t.id = a.id offset 0) t' || case when fresh then '' else '
        on conflict (level, cell) do update set id = excluded.id, x = excluded.x, y = excluded.y, n = excluded.n, size = excluded.size,
            area = excluded.area, vertices = excluded.vertices, shape = excluded.shape, place = excluded.place, props = excluded.props
        where (o.id, o.x, o.y, o.n, o.size, o.area, o.vertices, o.shape, o.place::text, o.props)
            is distinct from (excluded.id, excluded.x, excluded.y, excluded.n, excluded.size, excluded.area, excluded.vertices, excluded.shape, excluded.place::text, excluded.props)' end,
        source, layer_id, level, case when cells is null then 'true' else 'cell = any($1)' end, size, decimals, coalesce(props, 'null::text[]')) using cells;
end $$;

-- The query for the quarters of cells of a level, or of all when cells is null.
create function planatlas.tile_quarters(layer_id text, level integer, cells bigint[]) returns text language sql immutable as $$
    select format('select planatlas.tile_parent(q.cell, 1) cell, q.id, q.x, q.y, q.size, q.n, q.area, q.vertices from ', layer_id)
        || case when cells is null then format('layers_tiles.%I q where q.level = %s', layer_id, level + 1)
        else format('unnest($1) p cross join (values (0::bigint), (1), (1::bigint << 32), ((1::bigint << 32) | 1)) v (quarter)
            join layers_tiles.%I q on q.level = %s and q.cell = (((p >> 32) << 33) | ((p & 4294967295) << 1)) + quarter', layer_id, level + 1) end
$$;

-- The first zoom, not before the one given, at which no tile would be too large with
-- every feature as it is; 18 when there is none.
create function planatlas.tile_exact(layer_id text, start integer) returns integer language plpgsql as $$
declare
    zoom integer := greatest(start, 12);
    cells bigint[];
    weights double precision[];
    heaviest double precision;
begin
    loop
        execute format('select array_agg(cell), array_agg(weight), coalesce(max(weight), 0) from (
            select cell, planatlas.tile_weight(count(*), sum(vertices)) weight from (%s) m group by cell) c',
            planatlas.tile_members(format('layers.%I', layer_id), zoom)) into cells, weights, heaviest;
        exit when zoom >= 18 or heaviest <= planatlas.tile_budget();
        -- A zoom has four tiles for one: so far off, the next ones cannot do.
        zoom := least(18, zoom + greatest(1, ceil(ln(heaviest / planatlas.tile_budget()) / ln(4))::integer));
    end loop;
    for coarser in start .. zoom - 1 loop
        select max(w) into heaviest from (select sum(w) w from unnest(cells, weights) u (c, w) group by planatlas.tile_parent(c, zoom - coarser)) s;
        if coalesce(heaviest, 0) <= planatlas.tile_budget() then
            return coarser;
        end if;
    end loop;
    return zoom;
end $$;

-- Makes the levels from the finest of an exact zoom up to the one above the level
-- given, and notes the zoom.
create function planatlas.add_tiles(layer_id text, zoom integer, above integer) returns void language plpgsql as $$
declare
    finest constant integer := planatlas.tile_finest(zoom);
begin
    perform planatlas.put_tiles(layer_id, finest, planatlas.tile_members(format('layers.%I', layer_id), finest), null, true);
    for level in reverse finest - 1 .. above + 1 loop
        perform planatlas.put_tiles(layer_id, level, planatlas.tile_quarters(layer_id, level, null), null, true);
    end loop;
    update planatlas.tile_layer set exact = zoom where layer = layer_id;
end $$;

-- Brings the pyramid up to date in some cells of its finest level. When the layer has
-- grown too dense for its exact zoom, that rises.
create function planatlas.refresh_tiles(layer_id text, zoom integer, touched bigint[]) returns void language plpgsql as $$
declare
    finest constant integer := planatlas.tile_finest(zoom);
    cells bigint[] := touched;
    source text := format('layers.%I', layer_id);
    -- A fifth of a layer is no longer looked up cell by cell.
    many constant bigint := greatest(1000, (select features from planatlas.layer where id = layer_id) / 5);
    heavy boolean;
    raised integer;
begin
    if cardinality(cells) <= many and finest > 0 then
        source := format('(select t.id, t.geom from unnest($1) c cross join lateral (
            select t.id, t.geom from %1$s t where t.geom && planatlas.tile_box(%2$s, c) and planatlas.tile_cell(%2$s,
                (st_xmin(t.geom) + st_xmax(t.geom)) / 2, (st_ymin(t.geom) + st_ymax(t.geom)) / 2) = c offset 0) t) t', source, finest);
    elsif cardinality(cells) > many then
        cells := null;
    end if;
    perform planatlas.put_tiles(layer_id, finest, planatlas.tile_members(source, finest), cells, false);
    for level in reverse finest - 1 .. 0 loop
        if cells is not null then
            cells := array(select distinct planatlas.tile_parent(c, 1) from unnest(cells) c);
        end if;
        perform planatlas.put_tiles(layer_id, level, planatlas.tile_quarters(layer_id, level, cells), cells, false);
    end loop;
    execute format('select exists (select from layers_tiles.%I where level = %s and %s and planatlas.tile_weight(n, vertices) > planatlas.tile_budget())',
        layer_id, zoom, case when cardinality(touched) > many then 'true' else 'cell = any($1)' end)
        using array(select distinct planatlas.tile_parent(c, finest - zoom) from unnest(touched) c) into heavy;
    if heavy and zoom < 18 then
        raised := planatlas.tile_exact(layer_id, zoom + 1);
        perform planatlas.add_tiles(layer_id, raised, finest);
        perform pg_notify('planatlas', json_build_object('layer', layer_id, 'all', true,
            'revision', (select revision from planatlas.layer where id = layer_id))::text);
    end if;
end $$;

-- Runs once per statement, in every session: tells who listens where the layer
-- changed, and keeps its pyramid. Up to 64 features are told one by one, more of them
-- by the boxes around those that are near each other.
create function planatlas.keep_tiles() returns trigger language plpgsql as $$
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

-- Makes the pyramid of a layer and what keeps it, or makes them anew when a trigger
-- or the table is gone. It does nothing when all is there.
create function planatlas.watch_tiles(layer_id text) returns void language plpgsql as $$
declare
    base regclass := format('layers.%I', layer_id)::regclass;
    tiles text := format('layers_tiles.%I', layer_id);
begin
    if to_regclass(tiles) is not null and exists (select from planatlas.tile_layer where layer = layer_id and columns = planatlas.tile_columns(layer_id))
        and (select count(*) from pg_trigger where tgrelid = base and tgname like 'tiles\_%' and tgenabled = 'A') = 4
        and (select count(*) from pg_trigger where tgrelid = to_regclass(tiles) and tgname like 'refuse\_%' and tgenabled = 'A') = 2 then
        return;
    end if;
    execute format('drop table if exists %s', tiles);
    execute format('create table %s (level smallint not null, cell bigint not null, id text not null,
        x double precision not null, y double precision not null, n integer not null,
        size double precision not null, area double precision not null, vertices double precision not null,
        shape bytea, place box, props text[], primary key (level, cell))', tiles);
    execute format('create or replace trigger tiles_insert after insert on %s referencing new table as new_rows for each statement execute function planatlas.keep_tiles()', base);
    execute format('create or replace trigger tiles_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function planatlas.keep_tiles()', base);
    execute format('create or replace trigger tiles_delete after delete on %s referencing old table as old_rows for each statement execute function planatlas.keep_tiles()', base);
    execute format('create or replace trigger tiles_truncate before truncate on %s for each statement execute function planatlas.keep_tiles()', base);
    execute format('alter table %s enable always trigger tiles_insert, enable always trigger tiles_update,
        enable always trigger tiles_delete, enable always trigger tiles_truncate', base);
    insert into planatlas.tile_layer (layer, columns) values (layer_id, planatlas.tile_columns(layer_id)) on conflict (layer) do update set columns = excluded.columns;
    perform planatlas.add_tiles(layer_id, planatlas.tile_exact(layer_id, 0), -1);
    execute format('create index on %s using gist (place) where place is not null', tiles);
    execute format('create trigger refuse_change before insert or update or delete on %s for each statement execute function planatlas.refuse_parts()', tiles);
    execute format('create trigger refuse_truncate before truncate on %s for each statement execute function planatlas.refuse_parts()', tiles);
    execute format('alter table %s enable always trigger refuse_change, enable always trigger refuse_truncate', tiles);
end $$;

-- As before, but that what changed where is told by keep_tiles, if the layer has a place
-- on the map.
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
    if to_regclass(format('layers_tiles.%I', tg_table_name)) is null then
        perform pg_notify('planatlas', json_build_object('layer', tg_table_name, 'revision', s.revision)::text);
    end if;
    return null;
end $$;

do $$
declare
    id text;
begin
    for id in select relname from pg_class c where relnamespace = 'layers'::regnamespace and relkind = 'r'
        and exists (select from pg_attribute where attrelid = c.oid and attname = 'accuracy_m') order by 1
    loop
        perform planatlas.watch_tiles(id);
    end loop;
end $$;
