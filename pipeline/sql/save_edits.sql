-- Touches of which the network has another text by now. Only the text is another: who, when and where are facts that stay.
update touch
set text = i.text, url = i.url, stored_at = $now
from (
    select *
    from incoming
    qualify row_number() over (partition by touch_id, brand order by number) = 1
) i
where touch.touch_id = i.touch_id and touch.brand = i.brand and touch.text <> i.text
returning touch.touch_id
