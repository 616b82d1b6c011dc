-- name: webhook_list
SELECT id, url, trim(replace(kinds, '  ', ' ')) AS kinds, paused_at, ended_at, created_at,
       changed_seq
FROM webhook

-- name: webhook_show
{webhook_list}
WHERE id = :id;

-- name: webhook_insert
INSERT INTO webhook (url, kinds, master_key_id, secret, created_at, changed_seq)
VALUES (:url, :kinds, :master_key_id, :secret, :now, :sequence) RETURNING id;

-- name: webhook_end
UPDATE webhook SET ended_at = :now, changed_seq = :sequence WHERE id = :id AND ended_at IS NULL RETURNING id;

-- name: webhook_rows_end
UPDATE outbox SET state = 'failed', hold = NULL, problem = :problem
WHERE webhook_id = :id AND (state = 'queued' OR hold = 'pause');

-- name: webhook_in_use
SELECT id FROM webhook WHERE id = :id AND ended_at IS NULL;

-- name: webhook_pause
UPDATE webhook SET paused_at = :now, changed_seq = :sequence
WHERE id = :id AND ended_at IS NULL AND paused_at IS NULL RETURNING id;

-- name: webhook_resume
UPDATE webhook SET paused_at = NULL, changed_seq = :sequence
WHERE id = :id AND ended_at IS NULL AND paused_at IS NOT NULL RETURNING id;

-- name: webhook_rows_go_on
UPDATE outbox SET state = 'queued', hold = NULL, problem = NULL, not_before = 0
WHERE webhook_id = :id AND hold = 'pause';

-- name: webhook_test_notice
INSERT INTO notice (kind, subject_kind, subject_key, text, text_en, address, created_at, created_seq)
VALUES (:kind, 'webhook', '', :text, :text_en, '/admin/webhooks', :now, :sequence);

-- name: webhook_test_insert
INSERT INTO outbox (notice_id, account_id, webhook_id, channel, state, urgent, tries, not_before,
                    created_at)
VALUES (:notice_id, 0, :webhook_id, 'webhook', 'queued', TRUE, 0, 0, :now);
