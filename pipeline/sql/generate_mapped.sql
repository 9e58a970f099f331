copy (
    select
        id as "Id",
        text as "Body",
        author as "User",
        strftime(happened_at, '%Y-%m-%d %H:%M:%S') as "Date",
        'https://example.org/' || id as "Link"
    from made
    order by id
) to $path -- as CSV or as lines of JSON, by its name
