copy (
    select
        id::text as id,
        'Tamrow' as brand,
        'x' as source,
        case when author = 'Tamrow' then 'out' else 'in' end as direction,
        case when parent is null then 'mention' else 'reply' end as kind,
        strftime(happened_at, '%Y-%m-%dT%H:%M:%SZ') as at,
        text,
        true as public,
        author <> 'Tamrow' as addressed,
        'x:' || id // 3 as conversation,
        {'id': author, 'source': 'x', 'handle': author, 'name': upper(author)} as account
    from made
    order by id
) to $path (format json)
