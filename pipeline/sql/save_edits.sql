-- Touches of which the network has another text by now. Only the text is another: who, when and where are facts that stay. Where two
-- feeds word one entry differently, that is no edit: only the feed whose wording is stored can change it.
update touch
set text = i.text, url = coalesce(i.url, touch.url), stored_at = $now
from incoming i
left join raw on raw.touch_id = i.touch_id and raw.brand = i.brand
where
    touch.touch_id = i.touch_id
    and touch.brand = i.brand
    and touch.text <> i.text
    and coalesce(raw.payload ->> '$.site.feed' = i.payload::json ->> '$.site.feed', true)
returning touch.touch_id
