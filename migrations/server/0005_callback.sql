-- Callbacks (折返し): which lost calls are owed one, until when, and what came of it. Who called stands in `caller`.

create table callback (
    contact_id  bigint not null,
    due_ms      bigint not null,
    tries       bigint not null default 0,
    settled_ms  bigint,
    result      text,
    operator_id bigint,
    constraint callback_pk primary key (contact_id),
    constraint callback_contact foreign key (contact_id) references contact (contact_id),
    constraint callback_operator foreign key (operator_id) references operator (operator_id),
    constraint callback_result check (result in ('reached', 'not_needed', 'answered')),
    constraint callback_settled check ((settled_ms is null) = (result is null))
);
create index callback_open on callback (contact_id) where settled_ms is null;
create index caller_number on caller (number) where number is not null;
