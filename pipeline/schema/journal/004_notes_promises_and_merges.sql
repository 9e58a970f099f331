-- What people keep beside touches. The newest row of an id counts, and withdrawn takes it back.
create table note (
    row_id text primary key,
    change_id text not null,
    note_id text not null,
    brand text not null,
    account_id text not null,
    text text not null,
    withdrawn boolean not null,
    author text not null,
    written_at timestamp not null
);

create table promise (
    row_id text primary key,
    change_id text not null,
    promise_id text not null,
    brand text not null,
    account_id text not null,
    text text not null,
    due date not null,
    kept boolean not null,
    withdrawn boolean not null,
    author text not null,
    written_at timestamp not null
);

-- What happened at the company on a day, to be seen beside its numbers: a new website, a price change.
create table annotation (
    row_id text primary key,
    change_id text not null,
    annotation_id text not null,
    brand text not null,
    day date not null,
    text text not null,
    withdrawn boolean not null,
    author text not null,
    written_at timestamp not null
);

-- A page with its filters, as its address holds them.
create table saved_view (
    row_id text primary key,
    change_id text not null,
    view_id text not null,
    name text not null,
    page text not null,
    query text not null,
    withdrawn boolean not null,
    author text not null,
    written_at timestamp not null
);

-- Somebody whom no source knows, with the e-mail address that they gave; the newest row of an account counts.
create table contact (
    row_id text primary key,
    change_id text not null,
    account_id text not null,
    name text not null,
    email text,
    author text not null,
    written_at timestamp not null
);

-- Whether two accounts are one person; the newest word on a pair counts, whichever of them is named first.
create table merge (
    row_id text primary key,
    change_id text not null,
    account_id text not null,
    with_account_id text not null,
    reason text not null,
    together boolean not null,
    author text not null,
    written_at timestamp not null
);

-- What counts: the newest row on each subject that was not undone.
create view entry_now as
select *
from (
    select *
    from entry
    anti join undone_now using (row_id)
    qualify row_number() over (partition by entry_id order by written_at desc, row_id desc) = 1
)
where not withdrawn;

create view fruit_now as
select *
from (
    select *
    from fruit
    anti join undone_now using (row_id)
    qualify row_number() over (partition by fruit_id order by written_at desc, row_id desc) = 1
)
where not withdrawn;

create view note_now as
select *
from (
    select *
    from note
    anti join undone_now using (row_id)
    qualify row_number() over (partition by note_id order by written_at desc, row_id desc) = 1
)
where not withdrawn;

create view promise_now as
select *
from (
    select *
    from promise
    anti join undone_now using (row_id)
    qualify row_number() over (partition by promise_id order by written_at desc, row_id desc) = 1
)
where not withdrawn;

create view annotation_now as
select *
from (
    select *
    from annotation
    anti join undone_now using (row_id)
    qualify row_number() over (partition by annotation_id order by written_at desc, row_id desc) = 1
)
where not withdrawn;

create view saved_view_now as
select *
from (
    select *
    from saved_view
    anti join undone_now using (row_id)
    qualify row_number() over (partition by view_id order by written_at desc, row_id desc) = 1
)
where not withdrawn;

create view contact_now as
select *
from contact
anti join undone_now using (row_id)
qualify row_number() over (partition by account_id order by written_at desc, row_id desc) = 1;

create view member_now as
select *
from member
anti join undone_now using (row_id)
qualify row_number() over (partition by account_id, what, name order by written_at desc, row_id desc) = 1;

create view merge_now as
select *
from (
    select *
    from merge
    anti join undone_now using (row_id)
    qualify
        row_number() over (
            partition by least(account_id, with_account_id), greatest(account_id, with_account_id)
            order by written_at desc, row_id desc
        ) = 1
)
where together;

-- A null label takes an earlier one back, and is told, too. A mention once drawn at random stays so when its label is mended
-- later: else just those that the model got wrong would leave the sample.
create view label_now as
select * replace (bool_or(drawn) over (partition by brand, touch_id) as drawn)
from label
anti join undone_now using (row_id)
qualify row_number() over (partition by brand, touch_id order by written_at desc, row_id desc) = 1;

-- Every row of every table above, as one list of changes.
create view change_row as
select 'entry' as what, row_id, change_id, entry_id as item_id, brand, account_id, author, written_at, to_json(entry) as row
from entry
union all
select 'label', row_id, change_id, row_id, brand, null, author, written_at, to_json(label)
from label
union all
select 'fruit', row_id, change_id, fruit_id, brand, account_id, author, written_at, to_json(fruit)
from fruit
union all
select 'member', row_id, change_id, row_id, null, account_id, author, written_at, to_json(member)
from member
union all
select 'note', row_id, change_id, note_id, brand, account_id, author, written_at, to_json(note)
from note
union all
select 'promise', row_id, change_id, promise_id, brand, account_id, author, written_at, to_json(promise)
from promise
union all
select 'annotation', row_id, change_id, annotation_id, brand, null, author, written_at, to_json(annotation)
from annotation
union all
select 'saved_view', row_id, change_id, view_id, null, null, author, written_at, to_json(saved_view)
from saved_view
union all
select 'contact', row_id, change_id, row_id, null, account_id, author, written_at, to_json(contact)
from contact
union all
select 'merge', row_id, change_id, row_id, null, account_id, author, written_at, to_json(merge)
from merge;
