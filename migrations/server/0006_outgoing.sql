-- Calls that we make (折返し, 転送): which contacts they are, and an audit of what nobody may do.

alter table contact add column outgoing bigint not null default 0
    constraint contact_outgoing check (outgoing in (0, 1));

-- Rows are added and never touched again. The detail holds a word for the reason and a masked number.
create table audit (
    audit_id    integer primary key,
    at_ms       bigint  not null,
    operator_id bigint  not null,
    contact_id  bigint,
    kind        text    not null,
    detail      text    not null,
    constraint audit_operator foreign key (operator_id) references operator (operator_id)
);
create trigger audit_no_update before update on audit
begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_no_delete before delete on audit
begin select raise(abort, 'the audit is append-only'); end;
