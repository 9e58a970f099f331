select t2, mu
from spread
where brand = $brand
