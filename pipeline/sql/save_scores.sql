-- A text scored once counts for every mention that says just this.
insert into score by name
select
    m.touch_id,
    m.brand,
    $model as model,
    i.negative,
    i.neutral,
    i.positive,
    $now as scored_at
from incoming i
join mention m using (text)
on conflict do nothing
