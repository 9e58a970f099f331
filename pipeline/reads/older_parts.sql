-- How many people are heard in the part of a period that a shorter one leaves out, of every brand; $days are the lengths of both, back
-- from the end of the data of each brand, as a page counts them that shows all brands over the days of one.
with span as (
    select unnest($days::integer []) as days
),

ends as (
    select brand as chosen, date_trunc('day', last_touch + interval 1 day)::date as until
    from brand
    where touches > 0
),

person as (
    select distinct brand, person_id, happened_at::date as day
    from touch
    where counts
),

heard as (
    select distinct
        e.chosen,
        p.brand,
        p.person_id,
        list_min(list_filter($days::integer [], lambda days: days >= date_diff('day', p.day, e.until))) as days
    from person p
    join ends e on p.day < e.until
)

select
    h.chosen,
    h.brand,
    shorter.days as beyond,
    longer.days,
    count(distinct h.person_id) as people
from heard h
join span shorter on shorter.days < h.days
join span longer on longer.days >= h.days
group by all
order by all
