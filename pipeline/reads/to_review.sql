-- Messages to be labelled. `sample`: drawn at random among all that count and were scored, in an order that is the same for everybody
-- (by the seed); one that has a label of another reason is drawn, too, else the sample would be bent. `doubtful`: those that the
-- model is in doubt of and nobody has labelled, newest first.
select t.*, coalesce(p.name, 'nobody in particular') as name
from touch t
left join person p using (brand, person_id)
where
    t.brand = $brand
    and t.happened_at >= $start
    and t.happened_at < $until
    and t.value_of_model is not null
    and t.counts
    and t.text <> ''
    and case $pile
        when 'sample' then not coalesce(t.drawn, false)
        else t.doubtful and t.label_of_people is null
    end
    and not list_contains($passed::text[], t.touch_id)
order by case when $pile = 'sample' then hash(t.touch_id || $seed) end, t.happened_at desc, t.touch_id
limit $many
