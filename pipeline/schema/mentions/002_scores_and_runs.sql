-- Opinions about the facts, keyed by what produced them; and the history of the runs.
create table score (
    touch_id text not null,
    brand text not null,
    model text not null,
    negative float not null,
    neutral float not null,
    positive float not null,
    scored_at timestamp not null,
    primary key (touch_id, brand, model)
);

create table run (
    run_id text primary key,
    command text not null,
    started_at timestamp not null,
    finished_at timestamp,
    outcome text not null check (outcome in ('running', 'done', 'failed', 'cut off')),
    detail text not null
);

create schema derived;

-- A mention is an inbound touch with the person's own words; what we noted of a call is not.
create view mention as
select *
from touch
where direction = 'in' and text <> '' and kind in ('mention', 'reply', 'quote', 'message');
