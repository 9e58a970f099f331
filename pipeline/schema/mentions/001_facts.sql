-- Facts: written once, never changed by a stage. All times are naive UTC.
create table brand (
    brand text primary key,
    name text not null,
    first_seen timestamp not null
);

create table account (
    account_id text primary key,
    source text not null,
    handle text,
    name text,
    kind text not null check (kind in ('person', 'organisation', 'brand', 'staff', 'bot')),
    first_seen timestamp not null
);

-- One event between a person and a brand; a message about two brands is two touches of one id.
create table touch (
    touch_id text not null,
    brand text not null,
    account_id text,
    source text not null,
    direction text not null check (direction in ('in', 'out')),
    kind text not null,
    public boolean not null,
    addressed boolean not null,
    happened_at timestamp not null,
    conversation text,
    reply_to text,
    text text not null,
    url text,
    author text,
    stored_at timestamp not null,
    primary key (touch_id, brand)
);

-- What the source said, as it said it: maps can be mended and run again.
create table raw (
    touch_id text not null,
    brand text not null,
    payload json not null,
    primary key (touch_id, brand)
);

create table reject (
    reject_id text primary key,
    file text not null,
    row_number bigint not null,
    reason text not null,
    payload json not null,
    rejected_at timestamp not null
);

-- The cursor of a file: how far its rows are stored, written with them in one transaction.
create table import (
    file_sha256 text not null,
    brand text not null,
    file text not null,
    format text not null,
    rows_read bigint not null,
    rows_stored bigint not null,
    finished boolean not null,
    updated_at timestamp not null,
    primary key (file_sha256, brand)
);
