insert into text_vector by name
select
    $brand as brand,
    digest,
    $model as model,
    vector,
    $now as made_at
from incoming
on conflict do nothing
