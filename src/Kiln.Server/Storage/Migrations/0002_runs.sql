-- A run: what was decided once. The plan changes only where its commits are filled in.
create table runs (
    run_id $id$ not null primary key,
    project_key text not null,
    build_name text not null,
    service_name text not null,
    service_module text not null,
    status text not null,
    attempt integer not null,
    priority integer not null,
    created_by text not null,
    created_at bigint not null,
    plan text not null,
    secrets text not null,
    parameters text not null
);
create index runs_by_build on runs (project_key, build_name, run_id);
create index runs_by_project on runs (project_key, run_id);
create index runs_by_status on runs (status, run_id);
create index runs_by_service on runs (service_name, run_id);

-- What became of a run, once per attempt: the folded state of its events, and who may speak for it.
create table run_attempts (
    run_id bigint not null,
    attempt integer not null,
    fence bigint not null,
    agent_id text not null,
    host text not null,
    state text not null,
    primary key (run_id, attempt)
);

-- Attempts that wait or run; the row goes with the attempt's end, so the table stays small whatever the history.
-- fair: place among the runs of one priority, see docs/adr/0302.
create table queue (
    run_id $id$ not null primary key,
    attempt integer not null,
    project_key text not null,
    priority integer not null,
    fair bigint not null,
    ready integer not null,
    queued_at bigint not null,
    agent_id text not null,
    fence bigint not null,
    reported integer not null,
    silent integer not null,
    stop_cause text not null,
    stop_message text not null
);
create index queue_waiting on queue (agent_id, ready, priority desc, fair, run_id);
create index queue_by_agent on queue (agent_id, fair);
create index queue_by_project on queue (project_key, fair);

create table queue_needs (
    run_id bigint not null,
    need text not null,
    primary key (run_id, need)
);

create table hosts (
    agent_id text not null primary key,
    name text not null,
    info text not null,
    last_seen bigint not null
);
create table host_offers (
    agent_id text not null,
    offer text not null,
    primary key (agent_id, offer)
);

create table idempotency_keys (
    scope text not null,
    idempotency_key text not null,
    body_hash text not null,
    run_id bigint not null,
    created_at bigint not null,
    primary key (scope, idempotency_key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
