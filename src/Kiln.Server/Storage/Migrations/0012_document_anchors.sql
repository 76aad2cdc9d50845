-- How many documents of a list lie at or below a place in it: pages and totals of long lists start from there. sort: created (the
-- place is an id) or name.
create table document_anchors (
    kind text not null,
    project_key text not null,
    sort text not null,
    id bigint not null,
    name text not null,
    ordinal bigint not null,
    primary key (kind, project_key, sort, id, name)
);
create index document_anchors_by_ordinal on document_anchors (kind, project_key, sort, ordinal);
create index documents_by_update on documents (kind, project_key, updated_at, id);
