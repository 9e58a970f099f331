select
    (select count(*) from touch) as touches,
    (select count(*) from touch where direction = 'in') as touches_in,
    (select count(*) from touch where direction = 'out') as touches_out,
    (select count(*) from mention) as mentions,
    (select count(*) from account where kind in ('person', 'organisation')) as persons,
    (select count(positive) from score where model = $model) as scored,
    (select count(language) from score where model = $model) as unread,
    (select count(*) from mention) - (select count(*) from score where model = $model) as unscored,
    (select count(*) from reject) as rejects,
    (
        select coalesce(map_from_entries(list((reason, many) order by many desc, reason)), map {}::map(text, bigint))
        from (select source || ': ' || reason as reason, count(*) as many from removal group by all)
    ) as removed_by_networks,
    (select count(*) from import_taken_back) as imports_taken_back,
    (select count(*) from import where not finished) as unfinished_imports,
    (
        select max(finished_at)
        from run
        where
            command = 'refresh'
            -- a refresh of which a source failed has done and published the rest
            and (outcome = 'done' or (outcome = 'failed' and contains(detail, 'CollectError: ')))
    ) as last_refresh,
    (select arg_max(outcome, started_at) from run where command = 'refresh') as last_refresh_ended
