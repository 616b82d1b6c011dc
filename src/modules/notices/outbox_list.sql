-- name: outbox_list
SELECT outbox.id, outbox.account_id, account.name AS account_name, notice.kind, notice.text,
       notice.text_en, outbox.channel, outbox.state, outbox.tries, outbox.not_before,
       outbox.hold, outbox.webhook_id, outbox.digest_id, outbox.urgent, outbox.digest,
       outbox.problem, outbox.created_at, outbox.sent_at
FROM outbox JOIN notice ON notice.id = outbox.notice_id
LEFT JOIN account ON account.id = outbox.account_id

-- name: outbox_show
{outbox_list}
WHERE outbox.id = :id;

-- name: outbox_tries
SELECT tried_at, milliseconds, answer FROM outbox_try WHERE outbox_id = :id ORDER BY id LIMIT 100;

-- Each count ends at the thousandth.
-- name: outbox_overview
SELECT
    (SELECT count(*) FROM (SELECT id FROM outbox WHERE state = 'queued' LIMIT 1000) AS a) AS queued,
    (SELECT count(*) FROM (SELECT id FROM outbox WHERE state = 'queued' AND tries > 0 LIMIT 1000)
     AS b) AS retrying,
    (SELECT count(*) FROM (SELECT id FROM outbox WHERE state = 'sending' LIMIT 1000) AS c)
    AS sending,
    (SELECT count(*) FROM (SELECT id FROM outbox WHERE hold = 'digest' LIMIT 1000) AS d) AS digest,
    (SELECT count(*) FROM (SELECT id FROM outbox WHERE hold = 'pause' LIMIT 1000) AS e) AS paused,
    (SELECT count(*) FROM (SELECT id FROM outbox WHERE state = 'failed' LIMIT 1000) AS f) AS failed,
    (SELECT count(*) FROM (SELECT id FROM outbox WHERE state = 'sent' LIMIT 1000) AS g) AS sent,
    (SELECT created_at FROM outbox WHERE state = 'queued' ORDER BY id LIMIT 1) AS oldest_at;

-- name: outbox_retry
UPDATE outbox SET state = 'queued', tries = 0, not_before = 0, counted_at = NULL
WHERE id = :id AND state = 'failed' AND digest = FALSE RETURNING id;

-- What is due, or was left by a node that has ended.
-- name: outbox_waits
SELECT CASE WHEN EXISTS (SELECT 1 FROM outbox WHERE state = 'queued' AND not_before <= :now)
              OR EXISTS (SELECT 1 FROM outbox WHERE state = 'sending' AND lease_until < :now)
            THEN 1 ELSE 0 END;

-- name: outbox_gate
UPDATE outbox_gate SET turn = turn + 1 WHERE id = 1;

-- name: sending_under_way
SELECT count(*) FROM (SELECT id FROM job WHERE kind = 'sending' AND state IN ('queued', 'running')
                      LIMIT 1) AS one;
