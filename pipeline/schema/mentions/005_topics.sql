-- Topics that were found in what people said to a brand, by the model whose vectors they are of. A name never changes.
create table cluster (
    brand text not null,
    model text not null,
    name text not null,
    centre float[] not null,
    texts bigint not null,
    found_at timestamp not null,
    primary key (brand, model, name)
);

-- Which of them a mention is of; null: of none.
create table cluster_of (
    touch_id text not null,
    brand text not null,
    model text not null,
    cluster text,
    cosine float not null,
    placed_at timestamp not null,
    primary key (touch_id, brand, model)
);

-- When topics were looked for last, and how many mentions were of none when all were placed; null: they are not yet.
create table cluster_look (
    brand text not null,
    model text not null,
    others bigint,
    looked_at timestamp not null,
    primary key (brand, model)
);
