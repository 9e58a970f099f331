copy (
    select
        id as tweet_id,
        author as author_id,
        case when author = 'Tamrow' then 'False' else 'True' end as inbound,
        strftime(happened_at, '%a %b %d %H:%M:%S +0000 %Y') as created_at,
        text,
        answer as response_tweet_id,
        parent as in_response_to_tweet_id
    from made
    order by id
) to $path (format csv, header)
