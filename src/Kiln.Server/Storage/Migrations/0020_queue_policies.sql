-- Limits: an entry that is held by one waits outside of the leases' index. held: empty, 'build' or 'project'.
-- line: runs of one build and line replace each other; empty = they do not.
alter table queue add column build_name text not null default '';
alter table queue add column build_limit integer not null default 0;
alter table queue add column project_limit integer not null default 0;
alter table queue add column held text not null default '';
alter table queue add column line text not null default '';
drop index queue_waiting;
create index queue_waiting on queue (agent_id, ready, held, priority desc, fair, run_id);
create index queue_of_build on queue (project_key, build_name, held);
create index queue_held on queue (project_key, held, priority desc, fair, run_id);

-- Hosts that an administrator keeps runs from.
alter table hosts add column paused integer not null default 0;
