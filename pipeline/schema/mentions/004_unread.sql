-- rule: the phrase rules of brand.toml that had a say.
-- doubtful: more than one label is plausible, or none, by what the model got right on held-out texts.
-- A text in a language that the model does not read has a row too, with that language and no probabilities: it is counted
-- and shown, not read again at every refresh, and never taken for neutral.
create table score_with_language (
    touch_id text not null,
    brand text not null,
    model text not null,
    negative float,
    neutral float,
    positive float,
    doubtful boolean,
    rule text,
    language text,
    scored_at timestamp not null,
    primary key (touch_id, brand, model)
);

insert into score_with_language by name
select *
from score;

drop table score;

alter table score_with_language rename to score;
