-- A record that was never mapped may be of the same post, too: one whose own id is, without the source's prefix. What merely refers to
-- the post is another one, and stays.
delete from reject
where
    starts_with(file, $source || ':')
    and list_has_any(
        [
            payload ->> '$.id',
            payload ->> '$.objectID',
            payload ->> '$.uri',
            payload ->> '$.name',
            payload ->> '$.post.id',
            payload ->> '$.post.uri'
        ],
        [substr(id, strpos(id, ':') + 1) for id in $ids]
    )
