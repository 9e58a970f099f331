-- Words with a handle in them that were not found to speak to the brand.
select touch_id, text
from touch
where brand = $brand and direction = 'in' and not addressed and contains(text, '@')
