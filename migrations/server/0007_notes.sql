-- Handling notes: revisions in one gapless, chained sequence, so that a desk can prove what it has and notice a restore.

insert into counter (name, value) values ('note_seq', 0), ('durable_seq', 0), ('epoch', 0);

-- Every revision as it came. Nothing of a row changes but that a redaction takes body and salt away.
create table note_revision (
    seq         integer primary key,
    rev_id      blob    not null,
    note_id     blob    not null,
    stream_id   blob    not null,
    dseq        bigint  not null,
    -- The names of the parents, 16 bytes each.
    parents     blob    not null,
    author      bigint  not null,
    kind        text    not null,
    client_ms   bigint  not null,
    body        text,
    salt        text,
    commitment  text    not null,
    chain       text    not null,
    received_ms bigint  not null,
    constraint note_revision_rev unique (rev_id),
    constraint note_revision_dseq unique (stream_id, dseq),
    constraint note_revision_author foreign key (author) references operator (operator_id),
    constraint note_revision_kind check (kind in ('edit', 'resolve', 'tombstone', 'redact')),
    constraint note_revision_salt check ((body is null) = (salt is null))
);
create index note_revision_note on note_revision (note_id, seq);
create index note_revision_received on note_revision (received_ms);

create trigger note_revision_no_delete before delete on note_revision
begin select raise(abort, 'a revision is never deleted'); end;
create trigger note_revision_no_update before update of
    seq, rev_id, note_id, stream_id, dseq, parents, author, kind, client_ms, commitment, chain, received_ms
on note_revision
begin select raise(abort, 'a revision never changes'); end;
create trigger note_revision_redacted before update of body, salt on note_revision
when new.body is not null or new.salt is not null
begin select raise(abort, 'a revision never changes'); end;

-- Which revisions are some other one's parents: a child may come before its parent, after a restore.
create table note_parent (
    parent_id blob   not null,
    seq       bigint not null,
    constraint note_parent_pk primary key (parent_id, seq)
);

-- The newest revisions of each record; more than one: two people wrote at once. Owed: somebody has work with it.
create table note_head (
    note_id blob   not null,
    rev_id  blob   not null,
    seq     bigint not null,
    owed    bigint not null,
    constraint note_head_pk primary key (note_id, rev_id),
    constraint note_head_owed check (owed in (0, 1))
);
create index note_head_owing on note_head (seq) where owed = 1;

-- Records that were redacted, and by which revision.
create table note_redaction (
    note_id blob   not null,
    seq     bigint not null,
    constraint note_redaction_pk primary key (note_id)
);

-- One local database of a desk, and how far it is counted.
create table note_stream (
    stream_id   blob   not null,
    device_id   blob   not null,
    operator_id bigint not null,
    high        bigint not null,
    viewed      bigint not null,
    constraint note_stream_pk primary key (stream_id),
    constraint note_stream_operator foreign key (operator_id) references operator (operator_id)
);

-- Numbers of a stream that are used up without a row of their own: refused for good (code, and nothing of what was
-- written), or a revision that had come under another stream (seq).
create table note_place (
    stream_id blob   not null,
    dseq      bigint not null,
    rev_id    blob   not null,
    seq       bigint,
    code      text,
    constraint note_place_pk primary key (stream_id, dseq),
    constraint note_place_one check ((seq is null) <> (code is null))
);

-- Random values of this database, each made once.
create table secret (
    name  text not null,
    value blob not null,
    constraint secret_pk primary key (name)
);

-- The manual and the FAQ (マニュアル・FAQ) as plain text.
create table article (
    code        text   not null,
    title       text   not null,
    version     text   not null,
    body        text   not null,
    imported_ms bigint not null,
    constraint article_pk primary key (code)
);

-- The audit becomes a chain. Rows from before get their place in it once, by the program.
insert into counter (name, value) select 'audit', coalesce(max(audit_id), 0) from audit;
alter table audit add column chain text;
drop trigger audit_no_update;
create trigger audit_no_update before update on audit
when old.chain is not null or new.audit_id <> old.audit_id or new.at_ms <> old.at_ms
    or new.operator_id <> old.operator_id or new.contact_id is not old.contact_id
    or new.kind <> old.kind or new.detail <> old.detail
begin select raise(abort, 'the audit is append-only'); end;
