-- What went out, or did not, and will not be looked at again.
-- name: kept_outbox_old
SELECT id FROM outbox
WHERE created_at < :before
  AND (state IN ('sent', 'failed') OR (state = 'held' AND hold = 'pages'))
ORDER BY created_at, id LIMIT 500;

-- name: kept_tries_end
DELETE FROM outbox_try WHERE outbox_id = :id;

-- name: kept_outbox_end
DELETE FROM outbox WHERE id = :id;

-- Nothing that has still to go out.
-- name: kept_notices_old
SELECT id FROM notice
WHERE created_at < :before
  AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.notice_id = notice.id
                  AND (outbox.state IN ('queued', 'sending')
                       OR outbox.hold IN ('digest', 'pause')))
ORDER BY created_at, id LIMIT 500;

-- name: kept_notice_tries_end
DELETE FROM outbox_try WHERE outbox_id IN (SELECT id FROM outbox WHERE notice_id = :id);

-- name: kept_notice_outbox_end
DELETE FROM outbox WHERE notice_id = :id;

-- name: kept_copies_end
DELETE FROM notice_copy WHERE notice_id = :id;

-- name: kept_notice_end
DELETE FROM notice WHERE id = :id;

-- name: person_tries_end
DELETE FROM outbox_try WHERE outbox_id IN (SELECT id FROM outbox WHERE account_id IN
    (SELECT id FROM account WHERE person_id = :person_id));

-- name: person_outbox_end
DELETE FROM outbox WHERE account_id IN (SELECT id FROM account WHERE person_id = :person_id);

-- name: person_copies_end
DELETE FROM notice_copy WHERE account_id IN (SELECT id FROM account WHERE person_id = :person_id);

-- name: person_wishes_end
DELETE FROM contact_wish WHERE account_id IN (SELECT id FROM account WHERE person_id = :person_id);

-- name: person_settings_end
DELETE FROM contact_setting
WHERE account_id IN (SELECT id FROM account WHERE person_id = :person_id);

-- name: person_notices
SELECT notice.kind, notice.text, notice.address, notice.created_at, notice_copy.read_at
FROM notice_copy JOIN notice ON notice.id = notice_copy.notice_id
WHERE notice_copy.account_id IN (SELECT id FROM account WHERE person_id = :person_id)
ORDER BY notice_copy.id DESC LIMIT :limit;
