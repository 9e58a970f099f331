-- Whether it is somebody who asked to be forgotten, of whom something may be left where the removal was cut off between two files.
alter table unfinished_forget add column somebody boolean;

update unfinished_forget set somebody = true;
