-- What people say a mention means; the newest word on a mention counts, and a null takes an earlier one back.
-- drawn: the mention was drawn at random, so that its label may measure the model.
create table label (
    label_id text primary key,
    brand text not null,
    touch_id text not null,
    label text check (label in ('negative', 'neutral', 'positive')),
    drawn boolean not null,
    author text not null,
    written_at timestamp not null
);

-- What relationships have borne; the newest row of a fruit_id counts, and withdrawn takes it back.
-- for_account: whom a referral or introduction brought.
create table fruit (
    row_id text primary key,
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

-- Who belongs to which kind, list or organisation; the newest word on an account and a name counts.
create table member (
    member_id text primary key,
    account_id text not null,
    what text not null check (what in ('kind', 'list', 'organisation')),
    name text not null,
    belongs boolean not null,
    author text not null,
    written_at timestamp not null
);
