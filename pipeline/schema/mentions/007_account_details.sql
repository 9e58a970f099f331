-- What accounts tell of themselves in public, for finding those that are one person's: the web address of their profile, whether
-- the source has checked that it is theirs (verified), and the e-mail address that they gave.
alter table account add column link text;

alter table account add column email text;

alter table account add column verified boolean;
