select touch_id, source
from touch
where
    brand = $brand
    and stored_at in (select stored_at from import_moment where file_sha256 = $file_sha256 and brand = $brand)
