select list, count(*) as people
from work_list
where brand = $brand
group by list
order by list
