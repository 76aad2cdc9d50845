-- What a server knows of a run's pod and its runner is to be told, whichever server that asks. The row goes with the pod.
-- notices: one a line, only ever more of them. heard_at: Unix milliseconds of the server that heard the pod; 0 = never.
create table pods (
    run_id bigint not null,
    attempt integer not null,
    fence bigint not null,
    notices text not null,
    trouble_reason text not null,
    trouble_message text not null,
    heard_at bigint not null,
    primary key (run_id, attempt, fence)
);
