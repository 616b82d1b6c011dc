-- name: inbox_insert
INSERT INTO inbox_item (kind, subject_key, address, title, title_en, about, audience, role_audience,
                        account_id, due_at, respond_by, late, opened_at, changed_seq)
VALUES (:kind, :subject_key, :address, :title, :title_en, :about, :audience, :role_audience, NULL,
        :due_at, :respond_by, :late, :now, :sequence);

-- name: inbox_show
SELECT inbox_item.*, account.name AS account_name FROM inbox_item
LEFT JOIN account ON account.id = inbox_item.account_id
WHERE inbox_item.id = :id;

-- name: inbox_of_subject
SELECT * FROM inbox_item WHERE kind = :kind AND subject_key = :subject_key;

-- name: inbox_delete
DELETE FROM inbox_item WHERE id = :id AND audience = :audience AND late = :late RETURNING id;

-- name: inbox_move
UPDATE inbox_item SET audience = :to_audience, account_id = :account_id, note = :note,
    changed_seq = :sequence
WHERE id = :id AND audience = :audience RETURNING id;

-- name: inbox_redate
UPDATE inbox_item SET due_at = :due_at, late = :now_late, changed_seq = :sequence
WHERE id = :id AND audience = :audience AND late = :late RETURNING id;

-- name: inbox_await_response
UPDATE inbox_item SET respond_by = :respond_by
WHERE kind = :kind AND subject_key = :subject_key;

-- name: inbox_tally_add
INSERT INTO inbox_tally (audience, slot, open_count, late_count)
VALUES (:audience, :slot, :open_by, :late_by)
ON CONFLICT (audience, slot) DO UPDATE SET open_count = inbox_tally.open_count + excluded.open_count,
    late_count = inbox_tally.late_count + excluded.late_count;

-- name: inbox_tally_show
SELECT CAST(COALESCE(SUM(open_count), 0) AS BIGINT) AS open_count,
       CAST(COALESCE(SUM(late_count), 0) AS BIGINT) AS late_count
FROM inbox_tally WHERE audience = :audience;

-- Behind what the last page ended with.
-- name: inbox_page
SELECT inbox_item.*, account.name AS account_name FROM inbox_item
LEFT JOIN account ON account.id = inbox_item.account_id
WHERE inbox_item.audience = :audience
  AND (inbox_item.due_at, inbox_item.id) > (:after_due, :after_id)
ORDER BY inbox_item.due_at, inbox_item.id LIMIT :limit;

-- name: delegation_show
SELECT delegation.*, away.name AS account_name, deputy.name AS to_account_name
FROM delegation JOIN account AS away ON away.id = delegation.account_id
JOIN account AS deputy ON deputy.id = delegation.to_account_id
WHERE delegation.id = :id;

-- name: delegations_of
SELECT delegation.*, away.name AS account_name, deputy.name AS to_account_name
FROM delegation JOIN account AS away ON away.id = delegation.account_id
JOIN account AS deputy ON deputy.id = delegation.to_account_id
WHERE delegation.account_id = :own_account
ORDER BY delegation.id DESC LIMIT :limit;

-- name: delegations_to
SELECT delegation.*, away.name AS account_name, deputy.name AS to_account_name
FROM delegation JOIN account AS away ON away.id = delegation.account_id
JOIN account AS deputy ON deputy.id = delegation.to_account_id
WHERE delegation.to_account_id = :own_account AND delegation.to_day >= :today
  AND delegation.from_day <= :today AND delegation.ended_at IS NULL
ORDER BY delegation.id LIMIT :limit;

-- Those to come, too.
-- name: delegations_ahead
SELECT delegation.*, away.name AS account_name, deputy.name AS to_account_name
FROM delegation JOIN account AS away ON away.id = delegation.account_id
JOIN account AS deputy ON deputy.id = delegation.to_account_id
WHERE delegation.to_account_id = :own_account AND delegation.to_day >= :today
  AND delegation.ended_at IS NULL
ORDER BY delegation.from_day, delegation.id LIMIT :limit;

-- name: delegation_insert
INSERT INTO delegation (account_id, to_account_id, from_day, to_day, reason, changed_seq)
VALUES (:account_id, :to_account_id, :from_day, :to_day, :reason, :sequence)

-- name: delegation_end
UPDATE delegation SET ended_at = :now, changed_seq = :sequence
WHERE id = :id AND ended_at IS NULL RETURNING id;

-- name: inbox_account
SELECT id FROM account WHERE name = :name AND state = 'active';

-- Does the account hold the role there now? (Two of the three scopes are NULL.)
-- name: inbox_holds_role
SELECT 1 FROM role_grant WHERE account_id = :account_id AND revoked_at IS NULL AND role = :role
  AND valid_from <= :today AND (valid_to IS NULL OR valid_to >= :today)
  AND COALESCE(organisation_code, '') = :organisation_code
  AND COALESCE(area_code, '') = :area_code AND COALESCE(department_code, '') = :department_code;
