-- What people typed of the brand $old is of the brand $new.
update annotation set brand = $new where brand = $old;

update entry set brand = $new where brand = $old;

update fruit set brand = $new where brand = $old;

update label set brand = $new where brand = $old;

update note set brand = $new where brand = $old;

update promise set brand = $new where brand = $old;
