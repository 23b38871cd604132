-- What an administrator's commands do (backup, restore, verify) stands in the audit too: such a line is no operator's.

create table audit_line (
    audit_id    integer primary key,
    at_ms       bigint not null,
    -- None: a command on the server's machine; the detail names the system's user.
    operator_id bigint,
    contact_id  bigint,
    kind        text   not null,
    detail      text   not null,
    chain       text,
    constraint audit_operator foreign key (operator_id) references operator (operator_id)
);
insert into audit_line (audit_id, at_ms, operator_id, contact_id, kind, detail, chain)
    select audit_id, at_ms, operator_id, contact_id, kind, detail, chain from audit;
-- Its triggers go with it.
drop table audit;
alter table audit_line rename to audit;

create trigger audit_no_update before update on audit
when old.chain is not null or new.audit_id <> old.audit_id or new.at_ms <> old.at_ms
    or new.operator_id is not old.operator_id or new.contact_id is not old.contact_id
    or new.kind <> old.kind or new.detail <> old.detail
begin select raise(abort, 'the audit is append-only'); end;
create trigger audit_no_delete before delete on audit
begin select raise(abort, 'the audit is append-only'); end;
