-- Who changed what, and who was refused. Rows are only ever added.
create table audit (
    id $id$ not null primary key,
    at bigint not null,
    actor text not null,
    remote text not null,
    method text not null,
    path text not null,
    project_key text not null,
    status integer not null,
    outcome text not null
);
create index audit_by_actor on audit (actor, id);
create index audit_by_project on audit (project_key, id);
