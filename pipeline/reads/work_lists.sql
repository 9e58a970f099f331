-- How many people each list has, those of nobody too; `changed` are those whose feeling did, by more than chance.
select l.list, count(w.person_id) as people
from (
    select unnest(['defenders', 'gone quiet', 'owe an answer', 'ready to take offline', 'stop pushing', 'strained']) as list
) l
left join work_list w on w.list = l.list and w.brand = $brand
group by l.list
union all
select 'changed', count(*)
from person
where brand = $brand and changed
order by list
