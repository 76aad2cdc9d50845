-- Ended attempts that have artifacts here, as long as they are kept.
create table kept_artifacts (
    run_id bigint not null,
    attempt integer not null,
    ended_at bigint not null,
    primary key (run_id, attempt)
);
create index kept_artifacts_by_age on kept_artifacts (ended_at);

insert into kept_artifacts (run_id, attempt, ended_at)
select a.run_id, a.attempt, r.created_at from run_attempts a join runs r on r.run_id = a.run_id
where a.attempt < r.attempt or r.status in ('passed', 'failed', 'timeout', 'cancelled', 'lost');
