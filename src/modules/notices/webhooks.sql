-- name: webhook_list
SELECT id, url, kinds, ended_at, created_at, changed_seq FROM webhook

-- name: webhook_show
{webhook_list}
WHERE id = :id;

-- name: webhook_insert
INSERT INTO webhook (url, kinds, master_key_id, secret, created_at, changed_seq)
VALUES (:url, :kinds, :master_key_id, :secret, :now, :sequence) RETURNING id;

-- name: webhook_end
UPDATE webhook SET ended_at = :now, changed_seq = :sequence WHERE id = :id AND ended_at IS NULL RETURNING id;

-- name: webhook_rows_end
UPDATE outbox SET state = 'failed', problem = :problem WHERE webhook_id = :id AND state = 'queued';

-- name: webhook_message
SELECT notice.kind, notice.subject_kind, notice.subject_key, notice.text, notice.text_en,
       notice.address, notice.created_at, webhook.url, webhook.master_key_id, webhook.secret,
       webhook.ended_at
FROM outbox JOIN notice ON notice.id = outbox.notice_id
JOIN webhook ON webhook.id = outbox.webhook_id
WHERE outbox.id = :id;
