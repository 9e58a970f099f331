select month, stage
from stage_history
where brand = $brand and person_id = $person
order by month
