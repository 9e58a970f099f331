select digest, vector
from text_vector
where brand = $brand and model = $model and digest in (select unnest($digests::text[]))
