-- What keeps the numbers going, for the page of whoever runs it: no words and no names of the network.
create table pub.run as
select
    command,
    started_at,
    finished_at,
    outcome,
    case when $people <> 'aggregate' or outcome = 'done' then detail end as detail
from run
order by started_at desc
limit 100;

create table pub.import as
select
    regexp_extract(file, '[^/\\]*$') as file,
    brand,
    format,
    rows_read,
    rows_stored,
    finished,
    updated_at
from import
order by updated_at desc, file;

create table pub.cursor as
select * exclude (memory)
from cursor
order by source, stream;

create table pub.fetched as
select
    source,
    stream,
    date_trunc('month', fetched_at)::date as month,
    sum(requests)::bigint as requests,
    sum(records)::bigint as records,
    sum(cost) as cost,
    max(fetched_at) as fetched_at
from fetched
group by all
order by month desc, source, stream;

create table pub.gap as
select *
from gap
order by since desc;

create table pub.removal as
select source, reason, date_trunc('month', removed_at)::date as month, count(*) as many
from removal
group by all
order by month desc, source, reason;

-- What an error says of a record may be what its author wrote.
create temp macro told_shape(words) as regexp_replace(regexp_replace(left(words, 40), '\pL', 'a', 'g'), '\pN', '9', 'g');

create temp table told_reject as
select
    reject_id,
    case when file in (select file from import) then regexp_extract(file, '[^/\\]*$') else file end as file,
    regexp_replace(reason, '^(not of the form that the source documents: \w+).*$', '\1', 's') as reason,
    row_number,
    rejected_at,
    payload,
    file not in (select file from import) as of_network,
    (
        select list_distinct(flatten(list(string_split(c.key, '.')[:1] || [c.key])))
        from import i, (select unnest(json_extract_string(i.mapping, '$.*')) as key) c
        where i.file = r.file
    ) as mapped
from reject r;

create table pub.reject as
select file, reason, count(*) as many, min(rejected_at) as first, max(rejected_at) as last
from told_reject
group by all
order by many desc, file, reason;

-- Nobody knows of such a row whose it is, and whether they addressed the brand. So it is only told what it looks like: every letter
-- is an a, every digit a 9; of what it calls its values, too, unless that is a column of a format, or one that was mapped.
create table pub.reject_example as
select
    e.file,
    e.reason,
    e.row_number,
    string_agg(
        case
            when e.of_network
            or list_contains($columns, trim(regexp_replace(lower(j.key), '[\s_]+', ' ', 'g')))
            or list_contains(e.mapped, j.key)
            or j.key in ('line', 'value', '') then left(j.key, 40)
            else told_shape(j.key)
        end || ': ' || told_shape(j.value ->> '$'),
        chr(10)
        order by j.id
    ) as shape
from (
    select *
    from told_reject
    where $people <> 'aggregate'
    qualify row_number() over (partition by file, reason order by rejected_at desc, row_number) <= 3
) e,
    json_each(e.payload) j
group by e.reject_id, e.file, e.reason, e.row_number
order by e.file, e.reason, e.row_number;

drop table told_reject;

create table pub.language as
select s.brand, s.language, count(*) as mentions
from score s
where s.model = (select model from derived.setting) and s.language is not null
group by all
order by mentions desc, s.brand, s.language;

create table pub.model as
select model, count(positive) as scored, min(scored_at) as first, max(scored_at) as last
from score
group by all
order by last desc;

create table pub.migration as
select number, name, applied_at
from migration
order by number;
