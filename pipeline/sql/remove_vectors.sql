delete from text_vector
where
    digest in (select digest from incoming)
    and not exists (select 1 from mention m where m.brand = text_vector.brand and md5(m.text) = text_vector.digest)
