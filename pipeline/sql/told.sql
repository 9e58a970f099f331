-- What may be told of single people, as [privacy] says. named: as `person` has it. pseudonymous: no name, account, link or author,
-- and none of them in a text either, as far as links, handles and those who take part in a conversation can be known there; what
-- we wrote of a call or a meeting tells of people by name, and not at all.
-- aggregate: nobody at all; what the numbers of a period count is left, by the day, without words, under a number for each person
-- that is drawn anew at every publish and so leads to nobody.
set variable people = $people;

create temp table told_salt as
select case when $people = 'aggregate' then uuid()::text else salt end as salt
from salt;

create temp macro told_id(id) as left(sha256((select salt from told_salt) || id), 16);

create temp macro told_at(moment) as
    case when getvariable('people') = 'aggregate' then date_trunc('day', moment) else moment end;

create temp macro told_who(person_id) as case when getvariable('people') = 'aggregate' then told_id(person_id) else person_id end;

-- A link and an id name their author: they are told of people who are named, and of what the brand said to nobody.
create temp macro told_by_name(account_id, person_id, direction) as
    getvariable('people') = 'named' and (account_id is not null or (person_id is null and direction = 'out'));

create temp macro told_touch_id(touch_id, account_id, person_id, direction) as case
    when told_by_name(account_id, person_id, direction) then touch_id
    else told_id(touch_id)
end;

create temp macro told_words(words) as regexp_extract_all(words, '[\pL\pM\pN_]+|[^\pL\pM\pN_]+');

-- An address without a scheme needs a name of letters at its end: 3.50 and e.g. are none.
create temp macro told_text(words) as case getvariable('people')
    when 'named' then words
    when 'pseudonymous' then
        regexp_replace(
            regexp_replace(
                regexp_replace(words, '(https?://|www\.)\S+', '(link)', 'gi'),
                '[\pL\pN_.+-]*[@＠][\pL\pN_.-]+(@[\pL\pN_.-]+)?|\bu/[\w-]+|did:[a-z]+:[\w.:-]+',
                '@…',
                'gi'
            ),
            '[\pL\pN_-]+(\.[\pL\pN_-]+)*\.\pL[\pL\pN-]+(:\d+)?([/?#]\S*)?',
            '(link)',
            'g'
        )
    else ''
end;

-- The words by which those who take part in a conversation are called, of any of their accounts; a brand's own are no secret.
create temp table told_name as
select distinct brand, thread, word
from (
    select l.brand, l.thread, unnest(told_words(lower(concat_ws(' ', r.name, r.handle, l.author)))) as word
    from derived.ledger l
    left join derived.identity i using (main_account_id)
    left join derived.role r on r.account_id = coalesce(i.account_id, l.main_account_id) and r.role <> 'brand'
    where getvariable('people') = 'pseudonymous'
)
where
    regexp_matches(word, '[\pL\pN_]{2}')
    and word not in (select unnest(string_split(words, ' ')) from derived.configured_topic where what = 'name');

-- Words are unnested without their text: a long one would stand beside each of its own words.
create temp table told_named_text as
select
    l.brand,
    l.touch_id,
    array_to_string(
        [case when list_contains(w.found, lower(word)) then '…' else word end for word in told_words(told_text(l.text))], ''
    ) as text
from derived.ledger l
join (
    select s.brand, s.touch_id, list(n.word) as found
    from (
        select brand, thread, touch_id, unnest(list_distinct(told_words(lower(told_text(text))))) as word
        from derived.ledger
        where getvariable('people') = 'pseudonymous'
    ) s
    join told_name n using (brand, thread, word)
    group by s.brand, s.touch_id
) w using (brand, touch_id);

create temp view told_person as
select
    * replace (
        case when getvariable('people') = 'named' then account_id end as account_id,
        case when getvariable('people') = 'named' then handle end as handle,
        case
            when getvariable('people') = 'named' then name
            else 'someone on ' || upper(source[1]) || source[2:] || ' · ' || left(person_id, 4)
        end as name
    )
from derived.person
where getvariable('people') <> 'aggregate';

create temp view told_ledger as
select
    l.* replace (
        told_who(l.person_id) as person_id,
        case when l.offline and getvariable('people') <> 'named' then '' else coalesce(n.text, told_text(l.text)) end as text,
        case when getvariable('people') = 'named' then l.author end as author,
        case when getvariable('people') <> 'aggregate' then l.rule end as rule,
        told_at(l.happened_at) as happened_at
    )
from derived.ledger l
left join told_named_text n using (brand, touch_id);
