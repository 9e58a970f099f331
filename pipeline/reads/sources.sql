select source, count(*) as touches
from touch
where brand = $brand
group by source
order by touches desc
