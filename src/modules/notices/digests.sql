-- name: digest_gate
UPDATE outbox_gate SET turn = turn + 1 WHERE id = 1;

-- The next one for whom something waits.
-- name: digest_reader
SELECT account_id FROM outbox
WHERE hold = 'digest' AND digest_id IS NULL AND account_id > :account_id
ORDER BY account_id LIMIT 1;

-- What its reader has read on the pages by now need not be said again.
-- name: digest_drop_read
UPDATE outbox SET hold = 'pages'
WHERE hold = 'digest' AND digest_id IS NULL AND account_id = :account_id
  AND EXISTS (SELECT 1 FROM notice_copy WHERE notice_copy.notice_id = outbox.notice_id
              AND notice_copy.account_id = outbox.account_id AND notice_copy.unread = FALSE);

-- name: digest_drop
UPDATE outbox SET hold = 'pages'
WHERE hold = 'digest' AND digest_id IS NULL AND account_id = :account_id;

-- name: digest_count
SELECT count(*) FROM outbox
WHERE hold = 'digest' AND digest_id IS NULL AND account_id = :account_id;

-- name: digest_notice
INSERT INTO notice (kind, subject_kind, subject_key, text, text_en, address, created_at, created_seq)
VALUES (:kind, 'digest', '', :text, :text_en, '/notices', :now, :sequence);

-- name: digest_insert
INSERT INTO outbox (notice_id, account_id, channel, state, urgent, tries, not_before, created_at,
                    digest)
VALUES (:notice_id, :account_id, 'email', 'queued', FALSE, 0, 0, :now, TRUE);

-- name: digest_take
UPDATE outbox SET digest_id = :digest_id
WHERE hold = 'digest' AND digest_id IS NULL AND account_id = :account_id;
