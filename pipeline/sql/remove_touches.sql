delete from touch
where list_contains($ids, touch_id)
returning touch_id
