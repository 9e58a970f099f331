-- What person ids are hashed with: without it nobody can find out by trying whose id one is.
create table salt as
select uuid()::text as salt;
