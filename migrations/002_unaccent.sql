-- What filters (CQL2) need of the database: accents taken off, arithmetic that
-- never fails, sets, and geometries in other reference systems.

create extension if not exists unaccent;

-- Arithmetic in double precision. Operands beyond 1e150, or nearer to 0 than
-- 1e-150, and what has no value, such as a division by zero, give null.
create function planatlas.calculate(op text, a double precision, b double precision) returns double precision
language plpgsql immutable strict parallel safe as $$
begin
    if (a <> 0 and abs(a) not between 1e-150 and 1e150) or (b <> 0 and abs(b) not between 1e-150 and 1e150)
        or (b = 0 and op in ('/', '%', 'div')) then
        return null;
    end if;
    case op
        when '+' then return a + b;
        when '-' then return a - b;
        when '*' then return a * b;
        when '/' then return a / b;
        when 'div' then return trunc(a / b);
        when '%' then return a - b * trunc(a / b);
        when '^' then
            if b = 0 then
                return 1;
            elsif a = 0 then
                return case when b > 0 then 0 end;
            elsif (a < 0 and b <> trunc(b)) or abs(b) * abs(ln(abs(a))) > 690 then
                return null;
            end if;
            return power(a, b);
    end case;
end $$;

-- The items of an array as a set: each once, in order; null when one is null.
create function planatlas.as_set(items text[]) returns text[] language sql immutable strict parallel safe as $$
    select case when array_position(items, null) is null then
        array(select distinct i collate "C" from unnest(items) i order by 1) end
$$;

-- A geometry of a filter as degrees of CGCS2000; null when it has no place there.
create function planatlas.to_degrees(g geometry) returns geometry language plpgsql immutable strict parallel safe as $$
begin
    return st_transform(g, 4490);
exception when others then
    return null;
end $$;

create function planatlas.length_m(g geometry) returns double precision language sql immutable strict parallel safe as $$
    select st_length(planatlas.densify(g)::geography)
$$;
