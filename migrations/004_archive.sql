-- What a check was made from, so that it can be repeated; the tombstones of checks
-- that were deleted; and the jobs that run while their client does something else.

-- Every state of the catalogue that checks were made with: the declarations of the
-- layers, and the outlines that their coverages refer to.
create table planatlas.catalogue (
    sha256       text primary key,
    declarations jsonb not null,
    outlines     jsonb not null,
    kept_at      timestamptz not null default clock_timestamp()
);
comment on table planatlas.catalogue is 'Every catalogue that checks were made with. Rows are never changed.';
create trigger refuse_change before update or delete on planatlas.catalogue
    for each row execute function planatlas.refuse();
create trigger refuse_truncate before truncate on planatlas.catalogue
    for each statement execute function planatlas.refuse();

create function planatlas.catalogue_sha256() returns text language sql stable as $$
    select encode(sha256(convert_to(coalesce((select string_agg(declaration::text, '' order by id collate "C") from planatlas.layer), '')
        || coalesce((select string_agg(o::text, '' order by id collate "C") from planatlas.outline o), ''), 'UTF8')), 'hex')
$$;

-- Keeps the catalogue as it is now, unless it is kept already.
create function planatlas.keep_catalogue() returns void language sql as $$
    insert into planatlas.catalogue (sha256, declarations, outlines)
    select planatlas.catalogue_sha256(),
        coalesce((select jsonb_agg(declaration order by id collate "C") from planatlas.layer), '[]'),
        coalesce((select jsonb_agg(jsonb_build_object('id', id, 'accuracy_m', accuracy_m, 'geom', encode(st_asewkb(geom), 'hex')) order by id collate "C")
            from planatlas.outline), '[]')
    on conflict do nothing
$$;

alter table planatlas.site_check
    add column source         geometry,
    add column source_crs     text,
    add column accuracy_m     double precision,
    add column project        jsonb,
    add column day            date,
    add column known          jsonb,
    add column catalog_sha256 text;
comment on column planatlas.site_check.source is 'The site as it was handed in, in its own reference system; site is the same in EPSG:4490.';
comment on column planatlas.site_check.known is 'By layer: the moment since when the features that were measured are the known ones.';

-- What the answers of earlier checks say of themselves.
create function pg_temp.says(answer bytea) returns jsonb language plpgsql as $$
begin
    return convert_from(answer, 'UTF8')::jsonb;
exception when others then
    return '{}';
end $$;
alter table planatlas.site_check disable trigger refuse_change;
update planatlas.site_check c set
    source = st_setsrid(site, case when a #>> '{site,input,crs}' = 'EPSG:4490' then 4490 else 4326 end),
    source_crs = coalesce(a #>> '{site,input,crs}', 'OGC:CRS84'),
    accuracy_m = coalesce((a #>> '{site,accuracy_m}')::float8, 0),
    project = case when jsonb_typeof(a -> 'project') = 'object' then a -> 'project' else '{}' end,
    day = coalesce((nullif(a #>> '{provenance,day}', ''))::date, (created at time zone 'Asia/Shanghai')::date),
    known = coalesce((select jsonb_object_agg(layer, coalesce(a #> '{provenance,snapshot}', to_jsonb(created))) from jsonb_object_keys(revisions) layer), '{}'),
    catalog_sha256 = coalesce(a #>> '{provenance,catalog_sha256}', '')
from (select id, pg_temp.says(answer) a from planatlas.site_check) s where s.id = c.id;
alter table planatlas.site_check enable trigger refuse_change;
alter table planatlas.site_check
    alter source set not null, alter source_crs set not null, alter accuracy_m set not null, alter project set not null,
    alter day set not null, alter known set not null, alter catalog_sha256 set not null;

-- A check goes only by an administrator's act, which leaves a tombstone: who, when,
-- why and the hashes stay, input and answer go. To write the tombstone is the act.
create table planatlas.check_tombstone (
    id             text primary key,
    deleted_at     timestamptz not null default clock_timestamp(),
    deleted_by     text not null check (btrim(deleted_by) <> ''),
    reason         text not null check (btrim(reason) <> ''),
    created        timestamptz not null,
    software       text not null,
    input_sha256   text not null,
    answer_sha256  text not null,
    result_sha256  text not null,
    rules_sha256   text not null,
    catalog_sha256 text not null
);
comment on table planatlas.check_tombstone is 'What is left of deleted checks. Rows are never changed.';

create function planatlas.bury_check() returns trigger language plpgsql as $$
begin
    select created, software, input_sha256, encode(sha256(answer), 'hex'), result_sha256, rules_sha256, catalog_sha256
        into new.created, new.software, new.input_sha256, new.answer_sha256, new.result_sha256, new.rules_sha256, new.catalog_sha256
        from planatlas.site_check where id = new.id for update;
    if not found then
        raise exception 'there is no check %', new.id using errcode = 'no_data_found';
    end if;
    return new;
end $$;

create function planatlas.delete_buried_check() returns trigger language plpgsql as $$
begin
    delete from planatlas.site_check where id = new.id;
    update planatlas.job_site set input = null, site = null, check_id = null,
        line = convert_to(json_build_object('index', n, 'check', new.id, 'error', json_build_object('detail', 'the check was deleted'))::text, 'UTF8')
        where check_id = new.id;
    return null;
end $$;

create function planatlas.only_buried() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if exists (select from planatlas.check_tombstone where id = old.id) then
            return old;
        end if;
        raise exception 'check %: archived rows go only by a tombstone: insert into planatlas.check_tombstone (id, deleted_by, reason)', old.id
            using errcode = 'insufficient_privilege';
    end if;
    if exists (select from planatlas.check_tombstone where id = new.id) then
        raise exception 'check % was deleted', new.id using errcode = 'unique_violation';
    end if;
    return new;
end $$;

create trigger bury before insert on planatlas.check_tombstone
    for each row execute function planatlas.bury_check();
create trigger delete_buried after insert on planatlas.check_tombstone
    for each row execute function planatlas.delete_buried_check();
create trigger refuse_change before update or delete on planatlas.check_tombstone
    for each row execute function planatlas.refuse();
create trigger refuse_truncate before truncate on planatlas.check_tombstone
    for each statement execute function planatlas.refuse();
drop trigger refuse_change on planatlas.site_check;
create trigger refuse_change before update on planatlas.site_check
    for each row execute function planatlas.refuse();
create trigger only_buried before insert or delete on planatlas.site_check
    for each row execute function planatlas.only_buried();

create table planatlas.job (
    id       text primary key,
    process  text not null,
    state    text not null default 'accepted' check (state in ('accepted', 'running', 'successful', 'failed', 'dismissed')),
    request  bytea not null,
    created  timestamptz not null default clock_timestamp(),
    started  timestamptz,
    finished timestamptz,
    updated  timestamptz not null default clock_timestamp(),
    total    bigint not null default 0,
    done     bigint not null default 0,
    message  text not null default '',
    media    text not null default '',
    result   bytea
);
comment on table planatlas.job is 'Executions of processes that their clients do not wait for.';
create index on planatlas.job (created) where state in ('accepted', 'running');

create table planatlas.job_site (
    job      text not null references planatlas.job on delete cascade,
    n        bigint not null,
    input    bytea,
    site     bytea,
    line     bytea,
    check_id text,
    primary key (job, n)
);
comment on table planatlas.job_site is 'The sites of a batch and their results. A site without a result is still to be checked.';
create index on planatlas.job_site (check_id) where check_id is not null;

-- Where in a ground on a plane there is room for an area: up to most shapes, the
-- roomiest first, each of that area, compact, and wholly inside, with the radius of
-- the largest circle that fits there. A square where one fits; else, with clip,
-- what a circle cuts out of the ground.
create function planatlas.rooms(ground geometry, area float8, most int, clip boolean)
returns table (shape geometry, radius float8, kind text) language plpgsql immutable parallel safe as $$
declare
    side constant float8 := sqrt(area);
    pieces geometry[];
    centres geometry[];
    radii float8[];
    best int;
    piece geometry;
    lo float8;
    hi float8;
    part geometry;
begin
    select array_agg(p.g), array_agg(c.center), array_agg(c.radius) into pieces, centres, radii
        from (select d.geom g from st_dump(st_collectionextract(ground, 3)) d where st_area(d.geom) >= area order by st_area(d.geom) desc limit 200) p,
        lateral st_maximuminscribedcircle(p.g) c;
    for i in 1..most loop
        select n into best from unnest(radii) with ordinality r (r, n) order by r.r desc, n limit 1;
        exit when best is null;
        piece := pieces[best];
        shape := null;
        radius := radii[best];
        for turn in 0..5 loop
            part := st_rotate(st_expand(centres[best], side / 2), radians(15 * turn), centres[best]);
            if st_covers(piece, part) then
                shape := part;
                kind := 'square';
                exit;
            end if;
        end loop;
        if shape is null and clip then
            lo := sqrt(area / pi());
            hi := st_maxdistance(centres[best], piece);
            for step in 1..40 loop
                exit when hi - lo < 0.001;
                select d.geom into part from st_dump(st_collectionextract(st_intersection(piece, st_buffer(centres[best], (lo + hi) / 2, 32)), 3)) d
                    order by st_distance(d.geom, centres[best]), st_area(d.geom) desc limit 1;
                if st_area(part) >= area then
                    hi := (lo + hi) / 2;
                    shape := part;
                else
                    lo := (lo + hi) / 2;
                end if;
            end loop;
            kind := 'clipped circle';
        end if;
        if shape is not null then
            return next;
            part := st_buffer(shape, side / 2);
        else
            part := st_buffer(centres[best], radius);
        end if;
        part := st_difference(piece, part);
        pieces := pieces[:best - 1] || pieces[best + 1:];
        centres := centres[:best - 1] || centres[best + 1:];
        radii := radii[:best - 1] || radii[best + 1:];
        select pieces || array_agg(p.g), centres || array_agg(c.center), radii || array_agg(c.radius) into pieces, centres, radii
            from (select d.geom g from st_dump(st_collectionextract(part, 3)) d where st_area(d.geom) >= area) p, lateral st_maximuminscribedcircle(p.g) c;
    end loop;
end $$;
