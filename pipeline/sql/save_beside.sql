-- As save_scores, toward another brand that the text names.
insert into score_beside by name
select
    m.touch_id,
    m.brand,
    $target as target,
    $model as model,
    i.negative,
    i.neutral,
    i.positive,
    i.doubtful,
    i.rule,
    $now as scored_at
from incoming i
join mention m using (text)
where m.brand = $brand
on conflict do nothing
