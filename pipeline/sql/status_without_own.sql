-- The counts of mentions without words that turned out to be the brand's own.
select
    (select count(*) from mention anti join derived.own using (touch_id, brand)) as mentions,
    (select count(positive) from score anti join derived.own using (touch_id, brand) where model = $model) as scored,
    (select count(language) from score anti join derived.own using (touch_id, brand) where model = $model) as unread
