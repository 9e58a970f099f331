-- By which handles a brand's touches were last told apart: what speaks to it, and what are its own words.
create table known_handles (
    brand text primary key,
    handles text[] not null
);
