-- name: outbox_insert
INSERT INTO outbox (notice_id, account_id, channel, state, urgent, tries, not_before, created_at,
                    digest, organisation_code)
VALUES (:notice_id, :account_id, 'email', 'queued', :urgent, 0, 0, :now, FALSE,
        (SELECT MIN(organisation_code) FROM role_grant
         WHERE account_id = :account_id AND revoked_at IS NULL AND valid_from <= :today
           AND (valid_to IS NULL OR valid_to >= :today)));

-- name: outbox_insert_webhooks
INSERT INTO outbox (notice_id, account_id, webhook_id, channel, state, urgent, tries, not_before, created_at)
SELECT :notice_id, 0, webhook.id, 'webhook', 'queued', :urgent, 0, 0, :now FROM webhook
WHERE webhook.ended_at IS NULL
    AND (webhook.kinds IS NULL OR webhook.kinds <> replace(webhook.kinds, :kind, ''));
