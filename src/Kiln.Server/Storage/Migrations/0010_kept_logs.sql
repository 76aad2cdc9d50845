-- Beside the bytes of a log in rows: how many lines end before and in a row, and when its bytes arrived. Null where an older
-- Kiln began the log.
alter table log_chunks add column line bigint;
alter table log_chunks add column line_ends bigint not null default 0;
alter table log_chunks add column times $bytes$;

-- A log in rows, once it is packed.
create table log_frames (
    run_id bigint not null,
    attempt integer not null,
    frame integer not null,
    bytes $bytes$ not null,
    primary key (run_id, attempt, frame)
);
create table log_indexes (
    run_id bigint not null,
    attempt integer not null,
    frames $bytes$ not null,
    primary key (run_id, attempt)
);

-- Logs of attempts that have ended, as long as they are kept. form: written, packed, or unfinished (the runner may come back).
create table kept_logs (
    run_id bigint not null,
    attempt integer not null,
    form text not null,
    ended_at bigint not null,
    stored bigint not null,
    primary key (run_id, attempt)
);
create index kept_logs_by_form on kept_logs (form, ended_at);
create index kept_logs_by_age on kept_logs (ended_at, stored);

insert into kept_logs (run_id, attempt, form, ended_at, stored)
select a.run_id, a.attempt, 'written', r.created_at, 0 from run_attempts a join runs r on r.run_id = a.run_id
where a.attempt < r.attempt or r.status in ('passed', 'failed', 'timeout', 'cancelled', 'lost');
