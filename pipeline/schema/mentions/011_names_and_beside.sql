-- How each brand was called when the scores of a model were made: where that changes, what it touches is read again.
create table called (
    model text not null,
    brand text not null,
    names text[] not null,
    primary key (model, brand)
);

-- What a mention that is said to one brand feels toward another that it names (target). The brand's own numbers never read it.
create table score_beside (
    touch_id text not null,
    brand text not null,
    target text not null,
    model text not null,
    negative float not null,
    neutral float not null,
    positive float not null,
    doubtful boolean not null,
    rule text,
    scored_at timestamp not null,
    primary key (touch_id, brand, target, model)
);
