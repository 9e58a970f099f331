-- The moments (touch.stored_at, reject.rejected_at) at which an import stored rows: so it is known which are its own, at no cost to a
-- row. An import of before has the moment null: which rows it stored nobody knows, and it cannot be taken back.
create table import_moment (
    file_sha256 text not null,
    brand text not null,
    stored_at timestamp
);

insert into import_moment
select file_sha256, brand, null
from import;

-- Rows that were about the brand and not stored, as they were there already or were rejected; null: nobody knows.
alter table import add column rows_skipped bigint;

-- Imports that were taken back. What is left may be there under the id that a message has beside one at the same link.
create table import_taken_back (
    file_sha256 text not null,
    brand text not null,
    taken_at timestamp not null
);

-- Which details of an account that was there were learnt at a moment, and were not known before.
create table account_learnt (
    account_id text not null,
    stored_at timestamp not null,
    handle boolean not null,
    name boolean not null,
    link boolean not null,
    email boolean not null,
    verified boolean not null,
    kind boolean not null
);
