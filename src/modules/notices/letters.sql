-- name: letter_notice
SELECT notice.text, notice.text_en, notice.address, notice.created_at,
       COALESCE(account.person_id, 0) AS person_id, account.state AS account_state
FROM outbox JOIN notice ON notice.id = outbox.notice_id
JOIN account ON account.id = outbox.account_id
WHERE outbox.id = :id;

-- name: letter_digest_counts
SELECT notice.kind, count(*) AS count
FROM outbox JOIN notice ON notice.id = outbox.notice_id
WHERE outbox.digest_id = :digest_id
GROUP BY notice.kind ORDER BY notice.kind;

-- name: letter_digest_lines
SELECT notice.kind, notice.text, notice.text_en, notice.address
FROM outbox JOIN notice ON notice.id = outbox.notice_id
WHERE outbox.digest_id = :digest_id
ORDER BY outbox.id DESC LIMIT :limit;
