-- How many runs of a list lie at or below a run: pages and totals of long lists start from there. Empty = any.
create table run_anchors (
    project_key text not null,
    build_name text not null,
    service_name text not null,
    status text not null,
    run_id bigint not null,
    ordinal bigint not null,
    primary key (project_key, build_name, service_name, status, run_id)
);
create index run_anchors_by_run on run_anchors (run_id);
create index run_anchors_by_ordinal on run_anchors (project_key, build_name, service_name, status, ordinal);

create index runs_by_project_status on runs (project_key, status, run_id);
create index runs_by_build_status on runs (project_key, build_name, status, run_id);
create index runs_by_service_status on runs (service_name, status, run_id);
