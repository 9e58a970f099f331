-- Brands with which people typed something that stands by itself: a label does not.
select brand from entry_now
union
select brand from note_now
union
select brand from promise_now
union
select brand from fruit_now
union
select brand from annotation_now
