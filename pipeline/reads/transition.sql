select from_stage, to_stage, people, of_people, p
from transition_rate
where brand = $brand
