-- name: webhook_message
SELECT notice.kind, notice.subject_kind, notice.subject_key, notice.text, notice.text_en,
       notice.address, notice.created_at, webhook.url, webhook.master_key_id, webhook.secret,
       webhook.ended_at
FROM outbox JOIN notice ON notice.id = outbox.notice_id
JOIN webhook ON webhook.id = outbox.webhook_id
WHERE outbox.id = :id;
