-- Tells this database from others whose replicas use the same cache.
create table installation (
    id uuid not null
);
insert into installation values (gen_random_uuid());
