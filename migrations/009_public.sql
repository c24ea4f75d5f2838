-- What anybody may see of a public layer (GB/T 35764-2017; the handbook's 50 m and four
-- decimals of a degree). A service that is open to the public reads layers."<id>.public",
-- a table that triggers keep true whatever client writes: features that claim to be
-- more exact than the layer's limit lie there on a grid, and say so. Checks and a service
-- of one's own read the layer itself. The table is made for who asks for it.

create table planatlas.public_layer (
    layer  text primary key,
    metres double precision not null check (metres >= 50 and metres < 'infinity')
);
comment on table planatlas.public_layer is 'The layers that have a generalised table, and the limit that this was made with.';

-- A geometry of the same type on a grid of about so many metres, with no vertex that is
-- nearer to the line between its neighbours than three quarters of that. Nothing of it
-- is farther off than twice the metres. What is thinner than the grid becomes as wide.
create function planatlas.generalise(g geometry, metres double precision) returns geometry language plpgsql immutable strict parallel safe as $$
declare
    grid constant double precision := ceil(metres / 111320 * 10000) / 10000;
    p geometry;
    s geometry;
begin
    if st_isempty(g) then
        return g;
    elsif st_dimension(g) = 0 then
        return st_snaptogrid(g, grid);
    elsif st_dimension(g) = 1 then
        p := st_simplify(st_snaptogrid(g, grid), 0.75 * grid);
        if p is null or st_isempty(p) then
            p := st_snaptogrid(st_pointn(st_geometryn(g, 1), 1), grid);
            p := st_makeline(p, st_translate(p, grid, 0));
        end if;
    else
        p := st_reduceprecision(g, grid);
        if st_numgeometries(p) < st_numgeometries(g) or st_isempty(p) then -- what is thinner than the grid has gone
            p := st_reduceprecision((select st_union(case when st_isempty(st_reduceprecision(d.geom, grid)) then st_buffer(d.geom, 0.75 * grid, 2) else d.geom end)
                from st_dump(g) d), grid);
        end if;
        s := st_simplifypreservetopology(p, 0.75 * grid);
        if st_isvalid(s) and not st_isempty(s) then
            p := s;
        end if;
        if geometrytype(g) = 'POLYGON' then
            select d.geom into p from st_dump(p) d order by st_area(d.geom) desc, d.path limit 1;
        end if;
    end if;
    return case when geometrytype(g) like 'MULTI%' then st_multi(p) else p end;
end $$;

-- The columns of a layer, and what stands for them in its generalised table.
create function planatlas.public_columns(layer_id text, metres double precision, out names text, out vals text) language plpgsql stable as $$
declare
    exact constant text := format('geom is not null and coalesce(accuracy_m, 0) < %L::float8', metres);
begin
    select string_agg(quote_ident(attname), ', ' order by attnum),
        string_agg(case attname
            when 'geom' then format('case when %s then planatlas.generalise(geom, %L::float8) else geom end', exact, metres)
            when 'accuracy_m' then format('case when %s then coalesce(accuracy_m, 0) + 2 * %L::float8 else accuracy_m end', exact, metres)
            when 'legal_effect' then format('case when %s then ''indicative'' else legal_effect end', exact)
            when 'geometry_source' then format('case when %s then geometry_source || ''; generalised for publication'' else geometry_source end', exact)
            else quote_ident(attname) end, ', ' order by attnum)
        into names, vals
        from pg_attribute where attrelid = format('layers.%I', layer_id)::regclass and attnum > 0 and not attisdropped;
end $$;

-- Runs once per statement, in every session.
create function planatlas.keep_public() returns trigger language plpgsql as $$
declare
    shown constant text := tg_table_name || '.public';
    names text;
    vals text;
begin
    if tg_op = 'TRUNCATE' then
        execute format('truncate layers.%I', shown);
        return null;
    end if;
    if tg_op <> 'INSERT' then
        execute format('delete from layers.%I p using old_rows o where p.id = o.id', shown);
    end if;
    if tg_op <> 'DELETE' then
        select c.names, c.vals into names, vals from planatlas.public_layer l, planatlas.public_columns(tg_table_name, l.metres) c where l.layer = tg_table_name;
        execute format('insert into layers.%I (%s) select %s from new_rows', shown, names, vals);
    end if;
    return null;
end $$;

-- Takes the generalised table of a layer away.
create function planatlas.forget_public(layer_id text) returns void language plpgsql as $$
declare
    op text;
begin
    foreach op in array array['insert', 'update', 'delete', 'truncate'] loop
        execute format('drop trigger if exists %I on layers.%I', 'public_' || op, layer_id);
    end loop;
    execute format('drop table if exists layers_tiles.%1$I; drop table if exists layers.%1$I', layer_id || '.public');
    delete from planatlas.tile_layer where layer = layer_id || '.public';
    delete from planatlas.public_layer where layer = layer_id;
end $$;

-- Makes the generalised table of a layer and what keeps it, or makes them anew when
-- a trigger, a column or the table is missing or the limit is another one. It does nothing
-- when all is there.
create function planatlas.watch_public(layer_id text, finest double precision) returns void language plpgsql as $$
declare
    base constant regclass := format('layers.%I', layer_id)::regclass;
    shown constant text := format('layers.%I', layer_id || '.public');
    c record;
begin
    select * into c from planatlas.public_columns(layer_id, finest);
    if exists (select from planatlas.public_layer where layer = layer_id and metres = finest)
        and (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = to_regclass(shown) and attnum > 0 and not attisdropped) = c.names
        and (select count(*) from pg_trigger where tgrelid = base and tgname like 'public\_%' and tgenabled = 'A') = 4
        and (select count(*) from pg_trigger where tgrelid = to_regclass(shown) and tgname like 'refuse\_%' and tgenabled = 'A') = 2 then
        perform planatlas.watch_tiles(layer_id || '.public');
        return;
    end if;
    perform planatlas.forget_public(layer_id);
    insert into planatlas.public_layer values (layer_id, finest);
    execute format('create trigger public_insert after insert on %1$s referencing new table as new_rows for each statement execute function planatlas.keep_public();
        create trigger public_update after update on %1$s referencing old table as old_rows new table as new_rows for each statement execute function planatlas.keep_public();
        create trigger public_delete after delete on %1$s referencing old table as old_rows for each statement execute function planatlas.keep_public();
        create trigger public_truncate before truncate on %1$s for each statement execute function planatlas.keep_public();
        alter table %1$s enable always trigger public_insert, enable always trigger public_update,
            enable always trigger public_delete, enable always trigger public_truncate', base);
    execute format('create table %s (like %s, primary key (id))', shown, base);
    execute format('insert into %s (%s) select %s from %s order by ctid', shown, c.names, c.vals, base);
    execute format('create index on %1$s using gist (geom); create index on %1$s (entity); create index on %1$s (accuracy_m)', shown);
    execute format('comment on table %s is %L', shown, 'Derived: what anybody may see of the layer. Written by triggers alone.');
    perform planatlas.watch_tiles(layer_id || '.public');
    execute format('create trigger refuse_change before insert or update or delete on %1$s for each statement execute function planatlas.refuse_parts();
        create trigger refuse_truncate before truncate on %1$s for each statement execute function planatlas.refuse_parts();
        alter table %1$s enable always trigger refuse_change, enable always trigger refuse_truncate;
        analyze %1$s', shown);
end $$;

-- As before; the generalised table of a layer shows the same columns as the layer.
create or replace function planatlas.tile_columns(layer_id text) returns text[] language sql stable as $$
    select coalesce(array_agg(attname::text order by attname), '{}') from pg_attribute, planatlas.layer
        where id = split_part(layer_id, '.', 1) and attrelid = format('layers.%I', layer_id)::regclass and attnum > 0 and not attisdropped and atttypid = 'text'::regtype
            and (attname in ('status', 'legal_effect', declaration #>> '{style,label}')
                or attname in (select p ->> 'name' from jsonb_array_elements(case jsonb_typeof(declaration -> 'properties') when 'array' then declaration -> 'properties' else '[]' end) p
                    where jsonb_typeof(p -> 'codes') = 'array'))
$$;
