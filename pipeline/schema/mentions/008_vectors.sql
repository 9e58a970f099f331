-- What a text said to a brand means, as the bytes of a vector; digest: the md5 of the text, which each mention that says it has.
create table text_vector (
    brand text not null,
    digest text not null,
    model text not null,
    vector blob not null,
    made_at timestamp not null,
    primary key (brand, digest, model)
);
