-- The stored words of touches with a brand, and whether they answer something that the brand said itself.
select
    touch.touch_id,
    touch.text,
    exists (
        select 1
        from touch answered
        where answered.touch_id = touch.reply_to and answered.brand = touch.brand and answered.direction = 'out'
    ) as answers
from touch
where touch.brand = $brand and list_contains($ids, touch.touch_id)
