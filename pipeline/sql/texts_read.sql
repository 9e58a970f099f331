-- Words that a model has read, whatever their language, and whether a phrase rule had a say or another brand was found in them.
select
    m.brand,
    m.text,
    bool_or(s.rule is not null or b.target is not null) as is_touched
from score s
join mention m using (touch_id, brand)
left join score_beside b using (touch_id, brand, model)
where s.model = $model
group by m.brand, m.text
order by m.brand, m.text
