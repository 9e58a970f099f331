delete from touch
where touch_id in (select unnest($ids::text[])) and $brand in ('', brand)
returning touch_id, account_id, brand, md5(text) as digest
