-- By which reading (whole_words.READING) names and phrases were found when the scores of a model were made.
alter table called add column reading integer default 1;
