-- Made-up mentions for measuring imports: $rows of a fifth as many people over five years, in threads of three with our answer
-- in the middle. A tenth have two lines, emoji and letters beyond ASCII; all have quotation marks and commas. Always the same.
create or replace temp table made as
select
    i as id,
    case when i % 3 = 1 then 'Tamrow' else 'person' || hash(i - i % 3) % ($rows // 5 + 1) end as author,
    case when i % 3 < 2 then i + 1 end as answer,
    case when i % 3 > 0 then i - 1 end as parent,
    timestamp '2020-01-01' + to_seconds((hash(i) % (5 * 365 * 86400))::bigint) as happened_at,
    case when hash(i, 1) % 6 = 0 then '@Tamrow ' else '' end
    || 'number ' || i || ' says that the "delivery", of order ' || hash(i, 2) % 100000 || ', took days'
    || case when hash(i, 3) % 10 = 0 then chr(10) || 'a second line, élan 🙂' else '' end
    || case when hash(i, 4) % 3 = 0 then ' and nobody answered when we asked where it was, twice' else '' end as text
from range($rows) r (i)
