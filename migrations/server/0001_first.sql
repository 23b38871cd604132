-- The ledger is the truth; the other tables are who may come in and what the ledger says right now.

-- Everything that happened, in order, ids and times only. Rows are added and never touched again.
create table ledger (
    seq         bigint not null,
    at_ms       bigint not null,
    kind        text   not null,
    version     bigint not null,
    contact_id  bigint,
    operator_id bigint,
    body        text   not null,
    constraint ledger_pk primary key (seq)
);
create index ledger_contact on ledger (contact_id, seq) where contact_id is not null;
create index ledger_operator on ledger (operator_id, seq) where contact_id is null;

create trigger ledger_no_update before update on ledger
begin select raise(abort, 'the ledger is append-only'); end;
create trigger ledger_no_delete before delete on ledger
begin select raise(abort, 'the ledger is append-only'); end;

-- Numbers that only grow: which hub owns the file, the sessions, the changes of who may come in.
create table counter (
    name  text   not null,
    value bigint not null,
    constraint counter_pk primary key (name)
);
insert into counter (name, value) values ('hub', 0), ('session', 0), ('directory', 0);

create table operator (
    operator_id   bigint not null,
    name          text   not null,
    display       text   not null,
    password_hash text   not null,
    added_ms      bigint not null,
    constraint operator_pk primary key (operator_id),
    constraint operator_name unique (name)
);

create table operator_token (
    token_hash  blob   not null,
    operator_id bigint not null,
    expires_ms  bigint not null,
    constraint operator_token_pk primary key (token_hash),
    constraint operator_token_operator foreign key (operator_id) references operator (operator_id)
);
create index operator_token_by_operator on operator_token (operator_id);

create table booth (
    booth_id    bigint not null,
    name        text   not null,
    place       text,
    secret_hash text   not null,
    added_ms    bigint not null,
    revoked_ms  bigint,
    constraint booth_pk primary key (booth_id)
);
create unique index booth_name on booth (name) where revoked_ms is null;

create table exchange_key (
    exchange_key_id bigint not null,
    key_hash        blob   not null,
    added_ms        bigint not null,
    revoked_ms      bigint,
    constraint exchange_key_pk primary key (exchange_key_id),
    constraint exchange_key_hash unique (key_hash)
);

-- Where every contact stands, by the ledger. A contact's receipt number (受付番号) is given here.
create table contact (
    contact_id  bigint not null,
    number      text   not null,
    channel     text   not null,
    booth_id    bigint,
    state       text   not null,
    arrived_ms  bigint not null,
    answered_ms bigint,
    ended_ms    bigint,
    end_reason  text,
    closed_ms   bigint,
    disposition text,
    constraint contact_pk primary key (contact_id),
    constraint contact_number unique (number),
    constraint contact_state check (state in ('waiting', 'connecting', 'live', 'wrapping', 'closed'))
);
create index contact_open on contact (contact_id) where state <> 'closed';
create index contact_arrived on contact (arrived_ms);
create unique index contact_one_per_booth on contact (booth_id) where state in ('waiting', 'connecting', 'live');

-- Every ring. An accepted one stays active until the contact is out of the operator's hands.
create table offer (
    offer_id    bigint not null,
    contact_id  bigint not null,
    operator_id bigint not null,
    fence       bigint not null,
    state       text   not null,
    outcome     text,
    offered_ms  bigint not null,
    expires_ms  bigint not null,
    ended_ms    bigint,
    constraint offer_pk primary key (offer_id),
    constraint offer_fence unique (contact_id, fence),
    constraint offer_contact foreign key (contact_id) references contact (contact_id),
    constraint offer_operator foreign key (operator_id) references operator (operator_id),
    constraint offer_state check (state in ('offered', 'active', 'ended'))
);
create index offer_by_contact on offer (contact_id);
create unique index offer_one_per_operator on offer (operator_id) where state in ('offered', 'active');
create unique index offer_one_winner_per_contact on offer (contact_id) where state = 'active';
