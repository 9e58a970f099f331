select people, mentions, s2, t2, mu
from spread
where brand = $brand
