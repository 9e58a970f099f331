-- How the rows of a file were mapped, so that rejects can be mapped again without it. Rows that are broken themselves (cut off, no
-- JSON) cannot: what is kept of them is not all that there was. Nobody knows this of what was imported before.
alter table import add column mapping json;

alter table import add column source text;

alter table reject add column broken boolean;

update reject
set broken = true
where
    reason in (
        'row is cut off: fewer cells than the header has',
        'row has more cells than the header',
        'row is cut off: a quotation mark is never closed',
        'not a JSON object'
    )
    or starts_with(reason, 'line is not JSON')
    or starts_with(reason, 'JSON breaks off');
