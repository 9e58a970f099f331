-- Since when an address is told of anything: only of what came later. Of the address itself, which is a secret, a salted hash is kept.
create table recipient (
    address text primary key,
    since timestamp not null
);

-- What was told to whom; where it could not be, sent_at is null and why says what kept it. The failure that lasts has the subject 'now'.
create table notice (
    kind text not null check (kind in ('digest', 'alert', 'failure')),
    subject text not null,
    address text not null,
    tried_at timestamp not null,
    sent_at timestamp,
    why text not null,
    primary key (kind, subject, address)
);
