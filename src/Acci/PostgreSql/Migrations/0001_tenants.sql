create table tenants (
    slug text collate "C" primary key check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    -- Tells a tenant from an earlier one of the same slug; its entity tag.
    id uuid not null unique,
    name text not null check (char_length(name) between 1 and 200),
    created_at timestamptz not null
);

-- What a replica that was cut off from the cache has to remove from it when it is back.
create table tenant_deletions (
    slug text not null,
    deleted_at timestamptz not null
);
create index on tenant_deletions (deleted_at);
