-- A record that was never mapped may be of the same post, too; the ids that it names are without the source's prefix.
delete from reject
where
    starts_with(file, $source || ':')
    and list_bool_or([contains(payload::text, '"' || split_part(id, ':', -1) || '"') for id in $ids])
