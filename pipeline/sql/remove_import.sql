-- An import with its rejects; topics, where no touch of the brand is left that they could be of; the brand, where nothing is known of it,
-- nor typed. What the files' bytes hold until the next refresh is noted.
delete from reject
where
    file = $file
    and rejected_at in (select stored_at from import_moment where file_sha256 = $file_sha256 and brand = $brand);

delete from import_moment where file_sha256 = $file_sha256 and brand = $brand;

delete from import where file_sha256 = $file_sha256 and brand = $brand;

delete from cluster where brand = $brand and brand not in (select brand from touch);

delete from cluster_look where brand = $brand and brand not in (select brand from touch);

delete from brand
where
    brand = $brand
    and brand not in (select unnest($written::text[]))
    and brand not in (
        select brand from touch
        union all
        select brand from import
        union all
        select brand from cursor
    );

insert into import_taken_back values ($file_sha256, $brand, $now);

insert into unfinished_forget values ($now, false);
