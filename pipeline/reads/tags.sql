select unnest(tags) as tag, count(*) as people
from person
where brand = $brand
group by tag
order by tag
