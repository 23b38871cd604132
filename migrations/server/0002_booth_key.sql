-- A booth proves itself with a key that never leaves it, approved by a code on its screen; secrets are gone.

-- A booth that came in with a secret has no key yet: it is shut out, and enrolled again under its name.
update booth set revoked_ms = added_ms where revoked_ms is null;
alter table booth drop column secret_hash;
-- P-256, uncompressed, base64url.
alter table booth add column public_key text;
alter table booth add column device text not null default 'pc'
    constraint booth_device check (device in ('pc', 'tablet'));
create unique index booth_public_key on booth (public_key) where revoked_ms is null;

-- Pages that show a code and wait for an administrator.
create table booth_enrolment (
    public_key text   not null,
    code_hash  blob   not null,
    expires_ms bigint not null,
    constraint booth_enrolment_pk primary key (public_key),
    constraint booth_enrolment_code unique (code_hash)
);

-- Wrong codes of the last minutes: too many of them void every pending one.
create table booth_enrolment_miss (
    at_ms bigint not null
);
