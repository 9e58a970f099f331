select
    t2,
    mu,
    greatest(-1, least(1, mu - 1.645 * student(people) * mu_sd)) as low,
    greatest(-1, least(1, mu + 1.645 * student(people) * mu_sd)) as high,
    people,
    mentions
from spread
where brand = $brand
