-- A text placed once is so for every mention that says just this to the same brand.
insert into cluster_of by name
select
    m.touch_id,
    m.brand,
    $model as model,
    i.cluster,
    i.cosine,
    $now as placed_at
from incoming i
join mention m using (text)
where m.brand = $brand
on conflict do nothing
