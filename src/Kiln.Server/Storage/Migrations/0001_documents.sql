-- Definitions: JSON documents of every catalogue slice, with the columns that are filtered or sorted.
create table documents (
    id $id$ not null primary key,
    kind text not null,
    project_key text not null,
    name text not null,
    revision integer not null,
    json text not null,
    created_by text not null,
    updated_by text not null,
    created_at bigint not null,
    updated_at bigint not null,
    unique (kind, project_key, name)
);
create index documents_in_order on documents (kind, project_key, id);

-- Words a document can be found by (the services a build builds, for example).
create table document_tags (
    document_id bigint not null,
    tag text not null,
    primary key (document_id, tag)
);
create index document_tags_by_tag on document_tags (tag, document_id);

-- Every state a document ever had, the last one of a deleted document included.
create table document_revisions (
    document_id bigint not null,
    revision integer not null,
    change text not null,
    json text not null,
    changed_by text not null,
    changed_at bigint not null,
    primary key (document_id, revision)
);
