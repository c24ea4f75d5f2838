-- As before, but without STRICT, which kept the planner from putting the expression in
-- the place of the call: each call cost more than what it asks. Null stays null.
create or replace function planatlas.many(g geometry) returns boolean language sql immutable parallel safe
    return st_npoints(g) > 256 or (st_npoints(g) > 48 and st_dimension(g) = 1);
