-- What a model said of some texts to a brand toward the others that they name.
delete from score_beside
where
    model = $model
    and brand = $brand
    and touch_id in (select touch_id from mention where brand = $brand and text in (select unnest($texts::text[])))
