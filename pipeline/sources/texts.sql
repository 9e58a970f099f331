-- What the SQL of the sources shares, each as a function of touch.py says it, and whether it surely does.
-- only ASCII, of which lower case and word characters are the same here and in Python
create macro is_plain(value) as strlen(value) = length(value);

-- no name after an @ goes on with a letter beyond ASCII
create macro is_clear(value) as
    case when contains(value, '@') then not regexp_matches(value, '@[A-Za-z0-9_]*[^\x00-\x7F]') else true end;

-- a number that a spreadsheet has rounded may be in it, such as 1.79E+18
create macro may_be_rounded(value) as contains(value, 'E+') or contains(value, 'e+');

-- a handle without the @ before it
create macro without_at(value) as case when starts_with(value, '@') then substr(value, 2) else value end;

-- Brand.is_called, of plain values
create macro is_called(value) as list_contains(
    getvariable('called'), without_at(lower(regexp_replace(value, '[\t-\r\x1c-\x20]+', '', 'g')))
);

-- Brand.is_addressed, of clear texts
create macro is_addressed(value) as
    case when contains(value, '@') then regexp_matches(lower(value), getvariable('handles')) else false end;

-- first_name, of clear texts
create macro first_name(value) as nullif(regexp_extract(value, '^@([A-Za-z0-9_]+)', 1), '');

-- to_time of the commonest forms in UTC, else null
create macro moment(value) as case
    when regexp_full_match(
        value, '\d{4}-\d\d-\d\d([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{3}|\.\d{6})?)?(Z|\+00:00)?)?'
    ) then try_cast(value as timestamp)
    when regexp_full_match(
        value, '(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z][a-z] \d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d \+0000 \d{4}'
    ) then try_strptime(value, '%a %b %d %H:%M:%S +0000 %Y')
    when not regexp_full_match(value, '\d\d/\d\d/\d{4}( ([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?') then null
    when getvariable('day_first') then try_strptime(value, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y'])
    else try_strptime(value, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %H:%M', '%m/%d/%Y'])
end;

create macro is_time(value) as value between getvariable('earliest') and getvariable('latest');

-- datetime.isoformat
create macro iso(value) as case
    when microsecond(value) % 1000000 = 0 then strftime(value, '%Y-%m-%dT%H:%M:%S')
    else strftime(value, '%Y-%m-%dT%H:%M:%S.%f')
end;

-- whether a value of JSON is a text, or there is none
create macro is_word(type) as coalesce(type, 'NULL') in ('VARCHAR', 'NULL');
