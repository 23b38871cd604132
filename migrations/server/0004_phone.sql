-- Telephone calls: whose call a contact is, who called, and who leads the shift.

alter table contact add column call_id bigint;
create unique index contact_one_per_call on contact (call_id) where state in ('waiting', 'connecting', 'live');

-- Who called, apart from the ledger, so that it can be erased. The number in the national form that is dialled.
create table caller (
    contact_id bigint not null,
    kind       text   not null,
    number     text,
    called_ms  bigint not null,
    constraint caller_pk primary key (contact_id),
    constraint caller_contact foreign key (contact_id) references contact (contact_id),
    constraint caller_kind check (kind in ('number', 'withheld', 'payphone', 'out_of_area')),
    constraint caller_number check ((kind = 'number') = (number is not null))
);
create index caller_called on caller (called_ms);

-- A shift lead (業務責任者) sees everybody's presence; the role is a mark on the account, not another person.
alter table operator add column lead bigint not null default 0
    constraint operator_lead check (lead in (0, 1));
