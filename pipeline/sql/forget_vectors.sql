-- Vectors of another model, and those of texts that no mention says any more, since it was deleted.
delete from text_vector
where model <> $model or (brand, digest) not in (select (brand, md5(text)) from mention)
