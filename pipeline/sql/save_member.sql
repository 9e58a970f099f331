insert into member by name
select
    $member_id as member_id,
    $account_id as account_id,
    $what as what,
    $name as name,
    $belongs as belongs,
    $author as author,
    $written_at as written_at
