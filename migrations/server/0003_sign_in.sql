-- A sign-in lasts a shift and hands out short-lived tokens; failures and locks outlive a restart.

drop table operator_token;

-- One password typed well, and everything that came of it.
create table sign_in (
    sign_in_hash blob   not null,
    operator_id  bigint not null,
    expires_ms   bigint not null,
    constraint sign_in_pk primary key (sign_in_hash),
    constraint sign_in_operator foreign key (operator_id) references operator (operator_id)
);
create index sign_in_by_operator on sign_in (operator_id);

create table access_token (
    token_hash   blob   not null,
    sign_in_hash blob   not null,
    expires_ms   bigint not null,
    constraint access_token_pk primary key (token_hash),
    constraint access_token_sign_in foreign key (sign_in_hash) references sign_in (sign_in_hash) on delete cascade
);
create index access_token_by_sign_in on access_token (sign_in_hash);

-- Used ones stay as long as their sign-in: one that comes again is a sign of theft.
create table refresh_token (
    refresh_hash blob   not null,
    sign_in_hash blob   not null,
    used_ms      bigint,
    attempt_hash blob,
    constraint refresh_token_pk primary key (refresh_hash),
    constraint refresh_token_sign_in foreign key (sign_in_hash) references sign_in (sign_in_hash) on delete cascade
);
create index refresh_token_by_sign_in on refresh_token (sign_in_hash);

alter table operator add column failures bigint not null default 0;
alter table operator add column last_failure_ms bigint not null default 0;
alter table operator add column locked_ms bigint;
-- A removed account keeps its number and the name on its tag: talks of the past name it.
alter table operator add column removed_ms bigint;
