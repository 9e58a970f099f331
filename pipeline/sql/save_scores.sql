-- A text scored once counts for every mention that says just this to the same brand.
insert into score by name
select
    m.touch_id,
    m.brand,
    $model as model,
    i.negative,
    i.neutral,
    i.positive,
    i.doubtful,
    i.rule,
    i.language,
    $now as scored_at
from incoming i
join mention m using (text)
where m.brand = $brand
on conflict do nothing
