-- Of two nodes, one reads the numbers after the other has written.
-- name: sending_gate
UPDATE outbox_gate SET turn = turn + 1 WHERE id = 1;

-- Its node has ended.
-- name: sending_lost
UPDATE outbox SET state = 'queued', lease_until = NULL
WHERE state = 'sending' AND lease_until < :now;

-- name: sending_due
SELECT id FROM outbox WHERE state = 'queued' AND not_before <= :now ORDER BY not_before, id LIMIT 1;

-- name: sending_claim
UPDATE outbox SET state = 'sending', tries = tries + 1, lease_until = :lease_until
WHERE id = :id AND state = 'queued'
RETURNING id, notice_id, account_id, webhook_id, urgent, digest, tries, organisation_code,
          counted_at, state, (SELECT kind FROM notice WHERE notice.id = outbox.notice_id) AS kind;

-- Messages of their own that are not urgent, but this one: since a day ago, since a week ago.
-- name: sending_numbers
SELECT (SELECT count(*) FROM outbox WHERE account_id = :account_id AND counted_at > :since
        AND id <> :id) AS person_day,
       (SELECT count(*) FROM outbox WHERE account_id = :account_id AND counted_at > :floor
        AND id <> :id) AS person_week,
       (SELECT count(*) FROM outbox WHERE organisation_code = :organisation_code
        AND counted_at > :since AND id <> :id) AS organisation_day,
       (SELECT count(*) FROM outbox WHERE organisation_code = :organisation_code
        AND counted_at > :floor AND id <> :id) AS organisation_week;

-- name: sending_put_off
UPDATE outbox SET state = :state, hold = :hold, problem = :problem, not_before = :not_before,
                  tries = tries - 1, lease_until = NULL
WHERE id = :id;

-- name: sending_count
UPDATE outbox SET counted_at = :now WHERE id = :id;

-- name: sending_webhook_pauses
SELECT 1 FROM webhook WHERE id = :id AND paused_at IS NOT NULL;

-- What was not sent does not count.
-- name: sending_end
UPDATE outbox SET state = :state, hold = :hold, problem = :problem, not_before = :not_before,
                  sent_at = :sent_at, lease_until = NULL,
                  counted_at = CASE WHEN :state = 'sent' THEN counted_at ELSE NULL END
WHERE id = :id AND state = 'sending' AND tries = :tries
RETURNING id;

-- name: sending_try
INSERT INTO outbox_try (outbox_id, tried_at, milliseconds, answer)
VALUES (:id, :now, :milliseconds, :answer);

-- name: sending_digest_said
UPDATE outbox SET state = 'sent', hold = NULL, sent_at = :now WHERE digest_id = :id;

-- name: sending_digest_unsaid
UPDATE outbox SET digest_id = NULL WHERE digest_id = :id;
