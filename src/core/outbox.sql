-- name: outbox_insert
INSERT INTO outbox (notice_id, account_id, channel, state, urgent, tries, not_before, created_at)
VALUES (:notice_id, :account_id, :channel, 'queued', :urgent, 0, 0, :now);
