-- Who was forgotten, as the facts keep it, under their salt: accounts and messages about which nothing is to be typed again.
-- Here, too, since the facts are busy for as long as numbers are computed, and nobody who types is to wait for that.
create table forgotten (
    salt text not null,
    hash text not null,
    primary key (salt, hash)
);
