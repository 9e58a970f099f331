-- Keys cost a third of what an import costs. That no touch and no account is stored twice is seen to by pipeline/touches.py, which asks what is there
-- in the same transaction, of a file that only one process can open. Columns of which nearly every value is another are packed
-- by zstd without trying all other ways first: that takes two thirds of the time and half of the room.
drop view mention;

create table account_without_key (
    account_id text not null,
    source text not null,
    handle text,
    name text,
    kind text not null check (kind in ('person', 'organisation', 'brand', 'staff', 'bot')),
    first_seen timestamp not null,
    link text,
    email text,
    verified boolean
);

insert into account_without_key by name
select *
from account;

drop table account;

alter table account_without_key rename to account;

create table touch_without_key (
    touch_id text not null using compression zstd,
    brand text not null,
    account_id text,
    source text not null,
    direction text not null check (direction in ('in', 'out')),
    kind text not null,
    public boolean not null,
    addressed boolean not null,
    happened_at timestamp not null,
    conversation text using compression zstd,
    reply_to text,
    text text not null using compression zstd,
    url text using compression zstd,
    author text,
    stored_at timestamp not null
);

insert into touch_without_key by name
select *
from touch;

drop table touch;

alter table touch_without_key rename to touch;

create table raw_without_key (
    touch_id text not null using compression zstd,
    brand text not null,
    payload text not null using compression zstd
);

insert into raw_without_key by name
select *
from raw;

drop table raw;

alter table raw_without_key rename to raw;

create view mention as
select *
from touch
where direction = 'in' and text <> '' and kind in ('mention', 'reply', 'quote', 'message');
