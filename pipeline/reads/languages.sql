select language, mentions
from language
where brand = $brand
order by mentions desc, language
