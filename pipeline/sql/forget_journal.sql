-- All that people typed about an account, and what they said of its messages; the fruit that it was brought by stays without it.
delete from entry where account_id = $account;

delete from fruit where account_id = $account;

update fruit set for_account = null where for_account = $account;

delete from note where account_id = $account;

delete from promise where account_id = $account;

delete from member where account_id = $account;

delete from contact where account_id = $account;

delete from merge where $account in (account_id, with_account_id);

delete from label where list_contains($ids, touch_id);

delete from undone where row_id not in (select row_id from change_row);
