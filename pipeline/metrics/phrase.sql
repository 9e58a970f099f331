-- Phrases of one to three words that more people used in the last full calendar month than in the twelve before it: Dunning's
-- log-likelihood over people (pipeline/keyness.py has the same), at 15.13 (p < .0001, Rayson et al. 2004), 30 a brand at most. Of a text
-- the first 500 words: every place carries all words of its text, so that one pasted novel would take all memory there is.
with bounds as (
    select until - interval 13 month as start, until - interval 1 month as since, until
    from (select date_trunc('month', as_of) as until from derived.setting)
),

said as (
    select
        l.brand,
        l.person_id,
        l.value,
        l.happened_at >= b.since as recent,
        list_transform(
            list_slice(
                regexp_extract_all(
                    regexp_replace(
                        replace(lower(l.text), '’', ''''),
                        'https?://\S+|www\.\S+|@\w+|&(amp|lt|gt|quot|nbsp|#\d+);', ' ', 'g'
                    ),
                    '\pN*\pL[\pL\pM\pN'']*'
                ),
                1,
                500
            ),
            lambda word: rtrim(word, '''')
        ) as words
    from derived.ledger l
    cross join bounds b
    where l.counts and l.happened_at >= b.start and l.happened_at < b.until
),

people as (
    select
        brand,
        count(distinct person_id) filter (where recent) as n,
        count(distinct person_id) filter (where not recent) as m
    from said
    group by brand
),

-- The phrases of a text, a row each: of 1, 2 and 3 words from each place on.
recent as (
    select distinct s.brand, s.person_id, array_to_string(list_slice(s.words, place, place + many), ' ') as phrase
    from said s, unnest(range(1, len(s.words) + 1)) p (place), (values (0), (1), (2)) k (many)
    where
        s.recent
        and place + many <= len(s.words)
        and length(s.words[place]) > 1
        and length(s.words[place + many]) > 1
        and s.words[place] not in (select words from derived.configured_topic where what = 'ignore')
        and s.words[place + many] not in (select words from derived.configured_topic where what = 'ignore')
),

candidate as (
    select brand, phrase, count(*) as a
    from recent
    group by all
    having count(*) >= 5
),

before as (
    select brand, phrase, count(distinct person_id) as b
    from (
        select s.brand, s.person_id, array_to_string(list_slice(s.words, place, place + many), ' ') as phrase
        from said s, unnest(range(1, len(s.words) + 1)) p (place), (values (0), (1), (2)) k (many)
        where
            not s.recent
            and place + many <= len(s.words)
            and s.words[place] not in (select words from derived.configured_topic where what = 'ignore')
    )
    semi join candidate using (brand, phrase)
    group by all
),

counted as (
    select c.brand, c.phrase, c.a, coalesce(b.b, 0) as b, p.n, p.m, (c.a + coalesce(b.b, 0)) / (p.n + p.m) as share
    from candidate c
    join people p using (brand)
    left join before b using (brand, phrase)
    cross join derived.setting s
    where
        least(p.n, p.m) >= s.fewest_people
        and not exists (
            from derived.configured_topic w
            where w.what = 'name' and w."of" = c.brand and contains(' ' || c.phrase || ' ', ' ' || w.words || ' ')
        )
        and not contains(' ' || c.phrase || ' ', ' ' || lower(c.brand) || ' ')
),

scored as (
    select
        *,
        2 * (
            a * ln(a / (n * share))
            + case when b > 0 then b * ln(b / (m * share)) else 0 end
            + case when n > a then (n - a) * ln((n - a) / (n * (1 - share))) else 0 end
            + case when m > b then (m - b) * ln((m - b) / (m * (1 - share))) else 0 end
        ) as g2
    from counted
    where share < 1 and a / n > b / m
),

-- A shorter phrase gives way to a longer one that nearly always is what it stands in.
best as (
    select *
    from scored
    where g2 >= 15.13
    qualify row_number() over (partition by brand order by g2 desc, phrase) <= 200
),

kept as (
    select *
    from best s
    where
        not exists (
            from best l
            where
                l.brand = s.brand
                and l.phrase <> s.phrase
                and contains(' ' || l.phrase || ' ', ' ' || s.phrase || ' ')
                and l.a >= .8 * s.a
        )
    qualify row_number() over (partition by brand order by g2 desc, phrase) <= 30
)

select
    k.brand,
    b.since::date as month,
    k.phrase,
    k.a as people,
    k.b as people_before,
    k.a / k.n as share,
    k.b / k.m as share_before,
    k.g2
from kept k
cross join bounds b
