-- Whether the day comes first in the dates of a file, so that its rejects are mapped again as the others were; null: nobody knows.
alter table import add column day_first boolean;
