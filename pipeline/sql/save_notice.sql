-- Records a try to tell one address of something.
insert into notice (kind, subject, address, tried_at, sent_at, why)
values ($kind, $subject, $address, $tried_at, $sent_at, $why)
on conflict do update set
    tried_at = excluded.tried_at,
    sent_at = excluded.sent_at,
    why = excluded.why,
    tries = notice.tries + 1
