-- Logs where several servers share the database; a server that has its database alone keeps them in files.
create table log_chunks (
    run_id bigint not null,
    attempt integer not null,
    start bigint not null,
    stop bigint not null,
    bytes $bytes$ not null,
    primary key (run_id, attempt, start)
);
