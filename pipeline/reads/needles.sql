-- Terms as they are looked for in `spelt`: at the beginning of words, in any case and with any accents; in scripts without spaces
-- anywhere. What holds no letter or digit is a sign, and looked for in the text itself.
select
    x.term,
    x.spelt = '' as sign,
    case
        when x.spelt = '' then x.term
        when regexp_matches(x.spelt, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]') then x.spelt
        else ' ' || x.spelt
    end as needle
from (
    select term, trim(regexp_replace(strip_accents(lower(term)), '[^\pL\pM\pN]+', ' ', 'g')) as spelt
    from (select unnest($terms::text[]) as term)
) x
