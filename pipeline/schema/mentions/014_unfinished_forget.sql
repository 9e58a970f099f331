-- Since when the numbers, the published file or the bytes of the files may still tell of somebody who was removed: until all of
-- them were made anew. Not of whom: that would stay in the bytes itself.
create table unfinished_forget (since timestamp not null);
