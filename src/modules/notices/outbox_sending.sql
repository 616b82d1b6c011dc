-- name: outbox_list
SELECT outbox.id, outbox.account_id, account.name AS account_name, notice.kind, notice.text,
       notice.text_en, outbox.channel, outbox.state, outbox.tries, outbox.not_before,
       outbox.problem, outbox.created_at, outbox.sent_at
FROM outbox JOIN notice ON notice.id = outbox.notice_id
LEFT JOIN account ON account.id = outbox.account_id

-- name: outbox_show
{outbox_list}
WHERE outbox.id = :id;

-- name: outbox_due
SELECT id FROM outbox WHERE state = 'queued' AND not_before <= :now ORDER BY not_before, id LIMIT 1;

-- Its node has ended.
-- name: outbox_lost
UPDATE outbox SET state = 'queued', lease_until = NULL
WHERE state = 'sending' AND lease_until < :now;

-- name: outbox_claim
UPDATE outbox SET state = 'sending', tries = tries + 1, lease_until = :lease_until
WHERE id = :id AND state = 'queued'
RETURNING id, notice_id, account_id, webhook_id, urgent, tries;

-- name: outbox_letter
SELECT notice.text, notice.text_en, notice.address, notice.created_at,
       COALESCE(account.person_id, 0) AS person_id, account.state AS account_state
FROM outbox JOIN notice ON notice.id = outbox.notice_id
JOIN account ON account.id = outbox.account_id
WHERE outbox.id = :id;

-- name: outbox_sent_lately
SELECT count(*) FROM outbox WHERE account_id = :account_id AND sent_at > :since;

-- name: outbox_end
UPDATE outbox SET state = :state, problem = :problem, not_before = :not_before, sent_at = :sent_at,
                  lease_until = NULL
WHERE id = :id;

-- name: outbox_retry
UPDATE outbox SET state = 'queued', tries = 0, not_before = 0
WHERE id = :id AND state IN ('failed', 'held') RETURNING id;

-- name: sending_under_way
SELECT count(*) FROM (SELECT id FROM job WHERE kind = 'sending' AND state IN ('queued', 'running')
                      LIMIT 1) AS one;
