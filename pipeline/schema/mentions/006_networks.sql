-- How far each stream of a network source was read: everything before since; of an unfinished window also its newest moment and
-- how far back it came. memory: what the source wants to know again, such as an ETag. Written with the rows of a page.
create table cursor (
    source text not null,
    stream text not null,
    brand text not null,
    since timestamp,
    newest timestamp,
    reached timestamp,
    memory json not null,
    updated_at timestamp not null,
    primary key (source, stream, brand)
);

-- What each page took; months are summed for the budget.
create table fetched (
    source text not null,
    stream text not null,
    requests integer not null,
    records integer not null,
    cost double not null,
    fetched_at timestamp not null
);

-- What cannot be had any more: the source was not read in time.
create table gap (
    source text not null,
    stream text not null,
    brand text not null,
    since timestamp not null,
    until timestamp not null,
    noted_at timestamp not null,
    primary key (source, stream, brand, since)
);

-- What a network took back. Only a salted hash of the id is kept, so that no file brings it in again.
create table removal (
    id_hash text primary key,
    source text not null,
    reason text not null,
    removed_at timestamp not null
);

-- When stored touches of a source were last looked up again.
create table rechecked (
    source text primary key,
    finished_at timestamp not null
);
