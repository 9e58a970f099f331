-- Brands of which anything was typed, also what was undone since.
select brand from annotation
union
select brand from entry
union
select brand from fruit
union
select brand from label
union
select brand from note
union
select brand from promise
order by brand
