-- name: notice_insert
INSERT INTO notice (kind, subject_kind, subject_key, text, text_en, address, created_at, created_seq)
VALUES (:kind, :subject_kind, :subject_key, :text, :text_en, :address, :now, :sequence);

-- name: notice_to_account
SELECT id AS account_id FROM account WHERE id = :account_id AND state = 'active';

-- name: notice_to_role
SELECT DISTINCT role_grant.account_id FROM role_grant
JOIN account ON account.id = role_grant.account_id AND account.state = 'active'
WHERE role_grant.role = :role AND role_grant.revoked_at IS NULL
  AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
ORDER BY role_grant.account_id LIMIT 1001;

-- name: notice_to_organisation
SELECT DISTINCT role_grant.account_id FROM role_grant
JOIN account ON account.id = role_grant.account_id AND account.state = 'active'
WHERE role_grant.organisation_code = :scope AND role_grant.role = :role
  AND role_grant.revoked_at IS NULL AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
ORDER BY role_grant.account_id LIMIT 1001;

-- name: notice_to_department
SELECT DISTINCT role_grant.account_id FROM role_grant
JOIN account ON account.id = role_grant.account_id AND account.state = 'active'
WHERE role_grant.department_code = :scope AND role_grant.role = :role
  AND role_grant.revoked_at IS NULL AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
ORDER BY role_grant.account_id LIMIT 1001;

-- name: notice_to_area
SELECT DISTINCT role_grant.account_id FROM role_grant
JOIN account ON account.id = role_grant.account_id AND account.state = 'active'
WHERE role_grant.area_code = :scope AND role_grant.role = :role
  AND role_grant.revoked_at IS NULL AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
ORDER BY role_grant.account_id LIMIT 1001;

-- Nobody is told twice of one notice, however many roles he has.
-- name: notice_copy_insert
INSERT INTO notice_copy (notice_id, account_id, unread) VALUES (:notice_id, :account_id, TRUE)
ON CONFLICT (notice_id, account_id) DO NOTHING
RETURNING id;

-- name: notice_wish
SELECT CASE WHEN wish = 'off' THEN 1 ELSE 0 END FROM contact_wish
WHERE account_id = :account_id AND kind = :kind;
