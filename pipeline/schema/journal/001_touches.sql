-- Offline touches that people type: calls, meetings, gifts, introductions, notes.
create table entry (
    entry_id text primary key,
    brand text not null,
    account_id text not null,
    direction text not null check (direction in ('in', 'out')),
    kind text not null check (kind in ('call', 'meeting', 'gift', 'introduction', 'note')),
    happened_at timestamp not null,
    text text not null,
    author text not null,
    written_at timestamp not null
);
