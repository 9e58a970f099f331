-- Extremes are ranked by the careful end of the interval: few messages never top a list. Tags are those of now: what was typed since
-- the file was published counts, of all accounts of a person the last word. Looked for is every word in name or handle as they are told,
-- in any order and case, with any accents, whatever spaces (or signs that nobody sees) somebody pasted between them.
with word as (
    select
        unnest($typed::struct(account_id text, tag text, belongs boolean)[], recursive := true),
        generate_subscripts($typed, 1) as place
),

newest as (
    select a.person_id, w.tag, arg_max(w.belongs, w.place) as belongs
    from word w
    join person_account a using (account_id)
    where a.brand = $brand
    group by a.person_id, w.tag
),

typed as (
    select
        person_id,
        coalesce(list(tag) filter (where belongs), []) as put_on,
        coalesce(list(tag) filter (where not belongs), []) as taken_off
    from newest
    group by person_id
),

tagged as (
    select
        p.* replace (case
            when t.person_id is null then p.tags
            else list_sort(list_distinct(list_filter(p.tags, lambda x: not list_contains(t.taken_off, x)) || t.put_on))
        end as tags)
    from person p
    left join typed t using (person_id)
    where p.brand = $brand
)

select
    p.person_id,
    p.account_id,
    p.name,
    p.source,
    p.role,
    p.feeling,
    p.low,
    p.high,
    p.mentions,
    p.touches_in,
    p.touches_out,
    p.last_in,
    p.last_out,
    p.last_touch,
    p.path,
    p.stage,
    p.verdict,
    p.strained,
    p.fruit,
    p.strength,
    p.reciprocity,
    p.direction,
    p.mean_gap_days,
    p.silence_days,
    p.p_alive,
    p.tags,
    w.since as on_list_since,
    count(*) over () as found
from tagged p
left join work_list w on w.brand = p.brand and w.person_id = p.person_id and w.list = $list
where
    len(
        list_filter(
            string_split_regex(strip_accents(lower($search)), '[\s\pZ\p{Cf}]+'),
            lambda word: not contains(strip_accents(lower(p.name || ' @' || coalesce(p.handle, ''))), word)
        )
    ) = 0
    and (
        len($sources) = 0
        or p.person_id in (select person_id from touch where brand = $brand and list_contains($sources, source))
    )
    and p.touches_in + p.touches_out >= $touches
    and (len($stages) = 0 or list_contains($stages, p.stage))
    and (len($tags) = 0 or list_has_any(p.tags, $tags))
    and ($list = 'everybody' or ($list = 'changed' and p.changed) or w.person_id is not null)
order by
    case $sort
        when 'warmest' then -p.low
        when 'coldest' then p.high
        when 'strongest tie' then -p.strength
        when 'most touches' then -(p.touches_in + p.touches_out)
        when 'silent longest' then epoch(p.last_in)
        when 'longest on this list' then epoch(w.since)
        else -epoch(p.last_touch)
    end nulls last,
    p.person_id
limit $many
offset $skip
