-- The accounts of whom facts are stored though they were forgotten under this salt, by account or by handle.
select account_id
from account
where
    sha256($salt || 'account ' || account_id) in (select hash from incoming)
    or sha256($salt || 'handle ' || source || ' ' || lower(handle)) in (select hash from incoming)
