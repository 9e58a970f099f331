-- Rows are never changed or removed. Every row belongs to a change (one act of one author, of one row or many), and naming
-- a row here takes it back: the newest word on it counts, and one that says false puts it back.
create table undone (
    undone_id text primary key,
    row_id text not null,
    undone boolean not null,
    author text not null,
    written_at timestamp not null
);

create view undone_now as
select row_id
from (
    select *
    from undone
    qualify row_number() over (partition by row_id order by written_at desc, undone_id desc) = 1
)
where undone;

-- feeling: what the person said they feel, where they did. The newest row of an entry_id counts.
create table entry_with_rows (
    row_id text primary key,
    change_id text not null,
    entry_id text not null,
    brand text not null,
    account_id text not null,
    direction text not null check (direction in ('in', 'out')),
    kind text not null check (kind in ('call', 'meeting', 'gift', 'introduction', 'note')),
    happened_at timestamp not null,
    text text not null,
    feeling text check (feeling in ('negative', 'neutral', 'positive')),
    withdrawn boolean not null,
    author text not null,
    written_at timestamp not null
);

insert into entry_with_rows by name
select *, entry_id as row_id, entry_id as change_id, null as feeling, false as withdrawn
from entry;

drop table entry;

alter table entry_with_rows rename to entry;

create table label_with_change (
    row_id text primary key,
    change_id text not null,
    brand text not null,
    touch_id text not null,
    label text check (label in ('negative', 'neutral', 'positive')),
    drawn boolean not null,
    author text not null,
    written_at timestamp not null
);

insert into label_with_change by name
select * exclude (label_id), label_id as row_id, label_id as change_id
from label;

drop table label;

alter table label_with_change rename to label;

create table member_with_change (
    row_id text primary key,
    change_id text not null,
    account_id text not null,
    what text not null check (what in ('kind', 'list', 'organisation')),
    name text not null,
    belongs boolean not null,
    author text not null,
    written_at timestamp not null
);

insert into member_with_change by name
select * exclude (member_id), member_id as row_id, member_id as change_id
from member;

drop table member;

alter table member_with_change rename to member;

create table fruit_with_change (
    row_id text primary key,
    change_id text not null,
    fruit_id text not null,
    brand text not null,
    account_id text not null,
    kind text not null check (kind in ('friendship', 'referral', 'introduction', 'testimonial', 'renewal', 'new business')),
    happened_at timestamp not null,
    value double,
    for_account text,
    text text not null,
    withdrawn boolean not null,
    author text not null,
    written_at timestamp not null
);

insert into fruit_with_change by name
select *, row_id as change_id
from fruit;

drop table fruit;

alter table fruit_with_change rename to fruit;
