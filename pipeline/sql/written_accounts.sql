-- Accounts of which people typed something.
select account_id from entry_now
union
select account_id from note_now
union
select account_id from promise_now
union
select account_id from fruit_now
union
select for_account from fruit_now
union
select account_id from member_now
union
select account_id from merge_now
union
select with_account_id from merge_now
