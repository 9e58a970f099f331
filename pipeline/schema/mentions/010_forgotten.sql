-- Who asked to be forgotten: salted hashes of an account's id and of its handle at its source, so that no later import brings it back.
create table forgotten (
    hash text primary key,
    author text not null,
    forgotten_at timestamp not null
);
