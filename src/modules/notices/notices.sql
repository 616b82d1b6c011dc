-- Everybody sees the own only, whatever the role.
-- name: notice_list
SELECT notice_copy.id, notice.kind, notice.subject_kind, notice.subject_key, notice.text,
       notice.text_en, notice.address, notice.created_at, notice_copy.unread, notice_copy.read_at
FROM notice_copy JOIN notice ON notice.id = notice_copy.notice_id
WHERE notice_copy.account_id = :own_account

-- name: notice_show
{notice_list}
  AND notice_copy.id = :id;

-- Ends at the hundredth.
-- name: notice_unread
SELECT count(*) FROM (
    SELECT id FROM notice_copy WHERE account_id = :own_account AND unread = TRUE
    ORDER BY id LIMIT 100) AS first_ones;

-- name: notice_mark
UPDATE notice_copy SET unread = FALSE, read_at = :now
WHERE id = :id AND account_id = :own_account AND unread = TRUE;

-- name: notice_mark_all
UPDATE notice_copy SET unread = FALSE, read_at = :now
WHERE account_id = :own_account AND unread = TRUE AND id <= :last_id;
