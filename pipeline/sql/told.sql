-- What may be told of single people, as [privacy] says. named: as `person` has it. pseudonymous: no name, account, link or author,
-- and none of them in a text either. aggregate: nobody at all; what the numbers of a period count is left, by the day, without words,
-- under a number for each person that is drawn anew at every publish and so leads to nobody.
set variable people = $people;

create temp table told_salt as
select case when $people = 'aggregate' then uuid()::text else salt end as salt
from salt;

create temp macro told_id(id) as left(sha256((select salt from told_salt) || id), 16);

create temp macro told_who(person_id) as case when getvariable('people') = 'aggregate' then told_id(person_id) else person_id end;

create temp macro told_text(words) as case getvariable('people')
    when 'named' then words
    when 'pseudonymous' then
        regexp_replace(
            regexp_replace(words, '(https?://|www\.)\S+', '(link)', 'gi'),
            '[\pL\pN_.+-]*[@＠][\pL\pN_.-]+(@[\pL\pN_.-]+)?|\bu/[\w-]+|did:[a-z]+:[\w.:-]+',
            '@…',
            'gi'
        )
    else ''
end;

create temp view told_person as
select
    * replace (
        case when getvariable('people') = 'named' then account_id end as account_id,
        case when getvariable('people') = 'named' then handle end as handle,
        case
            when getvariable('people') = 'named' then name
            else 'someone on ' || source || ' · ' || left(person_id, 4)
        end as name
    )
from derived.person
where getvariable('people') <> 'aggregate';

create temp view told_ledger as
select
    * replace (
        told_who(person_id) as person_id,
        told_text(text) as text,
        case when getvariable('people') = 'named' then author end as author,
        case when getvariable('people') = 'aggregate' then date_trunc('day', happened_at) else happened_at end as happened_at
    )
from derived.ledger;
