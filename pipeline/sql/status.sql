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
    (select count(*) from import where not finished) as unfinished_imports,
    (select max(finished_at) from run where command = 'refresh' and outcome = 'done') as last_refresh
