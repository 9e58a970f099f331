-- Whose a reject is, nobody knows: it is asked of every source of which somebody was forgotten, also when nothing else of it is left.
alter table forgotten add column source text;
