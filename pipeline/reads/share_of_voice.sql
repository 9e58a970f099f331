-- Whole months only: a running one has heard some sources longer than others.
select month, brand, mentions, sum(mentions) over (partition by month)::bigint as all_mentions, people, share, low, high, few, sources
from share_of_voice
where panel = $panel and month >= date_trunc('month', $start::timestamp) and month + interval 1 month <= $until
order by brand, month
