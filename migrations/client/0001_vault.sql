-- One operator's notes on this desktop: revisions as they were made, what must still travel, and how far the server was read.

-- Names are UUIDs as 32 hexadecimal digits, so that lists of them go through json_each. The row is one, always.
-- resync: the server is being read from the start; what of this file's own has not come by at the end is sent again.
create table stream (
    only_row      integer primary key,
    device_id     text   not null,
    stream_id     text   not null,
    next_dseq     bigint not null,
    next_vseq     bigint not null,
    epoch         bigint,
    seq           bigint,
    chain         text,
    durable_epoch bigint not null default 0,
    durable_seq   bigint not null default 0,
    resync        bigint not null default 1,
    constraint stream_is_one check (only_row = 1)
);

-- Immutable but for what the server and a redaction say of it. own: made in this file. seq: the server's place in
-- the epoch of stream.epoch. settled: the refusal was dealt with by a newer revision.
create table revision (
    place      integer primary key,
    rev_id     text   not null,
    note_id    text   not null,
    parents    text   not null,
    stream_id  text   not null,
    dseq       bigint not null,
    author     bigint not null,
    kind       text   not null,
    client_ms  bigint not null,
    body       text,
    salt       text,
    commitment text   not null,
    own        bigint not null,
    seq        bigint,
    stored_ms  bigint not null,
    refused    text,
    settled    bigint not null default 0,
    constraint revision_rev unique (rev_id)
);
create index revision_note on revision (note_id);
create index revision_own on revision (stream_id, dseq) where own = 1;
create index revision_refused on revision (note_id) where refused is not null;

-- Who follows whom. A revision that follows nothing has no row; a refused one follows nobody any more.
create table parent (
    parent_id text not null,
    rev_id    text not null,
    constraint parent_pair primary key (parent_id, rev_id)
) without rowid;

-- Own revisions of the present stream that the server does not have yet; their order is that of their dseq.
create table outbox (
    rev_id text primary key
) without rowid;

-- What lists need to know of a record: made of its heads, and made anew with them.
create table note (
    note_id    text   primary key,
    place      bigint not null,
    heads      bigint not null,
    head_id    text,
    listed     text,
    number     text   not null,
    category   bigint,
    caller_key text,
    own_ms     bigint,
    open       text,
    due_ms     bigint,
    refused    text,
    redacted   bigint not null,
    constraint note_place unique (place)
) without rowid;
create index note_caller on note (caller_key, place) where caller_key is not null;
create index note_own on note (own_ms) where own_ms is not null;
create index note_open on note (open, due_ms) where open is not null;
create index note_trouble on note (note_id) where heads > 1 or refused is not null;

-- What is being typed: one draft a record.
create table draft (
    note_id  text   primary key,
    parents  text   not null,
    body     text   not null,
    saved_ms bigint not null
) without rowid;

-- Who looked at personal fields, until the server has it.
create table viewed (
    vseq    integer primary key,
    note_id text   not null,
    at_ms   bigint not null
);

-- Small values of the server that the desk needs without it.
create table kept (
    name  text primary key,
    value text not null
) without rowid;

-- Manual and FAQ.
create table article (
    code    text   primary key,
    nth     bigint not null,
    title   text   not null,
    version text   not null,
    body    text   not null,
    folded  text   not null
);
