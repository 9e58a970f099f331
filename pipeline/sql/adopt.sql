-- What is stored as the brand $old belongs to the brand $new. What both have once stays that of $new; what is made anew at the next
-- refresh (scores, vectors, topics) is taken out.
update import
set rows_skipped = null  -- what is not stored twice below counts as skipped by it
where brand = $old;

delete from touch old
where brand = $old and exists (select 1 from touch t where t.touch_id = old.touch_id and t.brand = $new);

update touch
set brand = $new
where brand = $old;

delete from raw old
where brand = $old and exists (select 1 from raw r where r.touch_id = old.touch_id and r.brand = $new);

update raw
set brand = $new
where brand = $old;

insert into import
select * replace ($new as brand)
from import
where brand = $old
on conflict do nothing;

delete from import where brand = $old;

delete from score where brand = $old;

delete from score_beside where brand = $old or target = $old;

delete from text_vector where brand = $old;

delete from cluster where brand = $old;

delete from cluster_look where brand = $old;

delete from cluster_of where brand = $old;

delete from called where brand = $old;

insert into cursor
select * replace ($new as brand)
from cursor
where brand = $old
on conflict do nothing;

delete from cursor where brand = $old;

insert into gap
select * replace ($new as brand)
from gap
where brand = $old
on conflict do nothing;

delete from gap where brand = $old;

insert into brand
select * replace ($new as brand, $name as name)
from brand
where brand = $old
on conflict do nothing;

delete from brand where brand = $old;

update import_moment
set brand = $new
where brand = $old;
