-- What the search of handling notes reads: made from the notes alone, and made anew from them when damaged.

-- Each note once more, folded, with what it is filtered by. Its seat is chunk * 65536 + slot in the order of
-- the notes' time, or lies in the tail, from 2^40 on, while the index does not hold it yet.
create table note_gram_doc (
    seat        integer primary key,
    place       bigint not null,
    category    bigint not null,
    disposition bigint not null,
    operator_id bigint not null,
    channel     bigint not null,
    folded      text   not null,
    constraint note_gram_doc_place unique (place)
);

-- A run of notes in the order of time; no two runs overlap. Slots count removed notes too.
create table note_gram_chunk (
    chunk       integer primary key,
    first_place bigint not null,
    last_place  bigint not null,
    slots       bigint not null
);

-- Which slots of a chunk hold which grams. A cell is bucket * 2^20 + chunk, so that what one gram needs of
-- all chunks lies side by side.
create table note_gram (
    cell  integer primary key,
    marks blob not null
);
