select *
from annotation_now
where brand = $brand
order by day, annotation_id
