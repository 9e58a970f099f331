delete from touch
where touch_id in (select unnest($ids::text[]))
returning touch_id, account_id, brand, md5(text) as digest
