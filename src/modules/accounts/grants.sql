-- name: grant_list
SELECT role_grant.id, role_grant.account_id, account.name AS account_name, role_grant.role,
       role_grant.organisation_code, organisation.name AS organisation_name, role_grant.area_code,
       area.name AS area_name, role_grant.department_code, department.name AS department_name,
       role_grant.may_delegate, role_grant.valid_from, role_grant.valid_to, role_grant.revoked_at
FROM role_grant
JOIN account ON account.id = role_grant.account_id
LEFT JOIN organisation ON organisation.code = role_grant.organisation_code
LEFT JOIN area ON area.code = role_grant.area_code
LEFT JOIN department ON department.code = role_grant.department_code

-- name: grant_show
{grant_list}
WHERE role_grant.id = :id;

-- name: grants_in_force
{grant_list}
WHERE role_grant.account_id = :account_id AND role_grant.revoked_at IS NULL
  AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
ORDER BY role_grant.id;

-- name: grant_insert
INSERT INTO role_grant (account_id, role, organisation_code, area_code, department_code,
                        may_delegate, valid_from, valid_to, granted_by, granted_seq)
VALUES (:account_id, :role, :organisation_code, :area_code, :department_code, :may_delegate,
        COALESCE(:valid_from, :today), :valid_to, :granted_by, :sequence)
RETURNING id;

-- name: grant_revoke
UPDATE role_grant SET revoked_at = :now, revoked_by = :revoked_by
WHERE id = :id AND revoked_at IS NULL RETURNING id;

-- The letters that a representative gave out and nobody has used yet.
-- name: grant_letters_end
UPDATE invitation SET revoked_at = :now
WHERE organisation_code = :organisation_code AND made_by = :made_by AND used_at IS NULL
  AND revoked_at IS NULL;

-- Changes nothing: of two administrators who lock each other out at once, one waits for the other.
-- name: administrators_claim
UPDATE role_grant SET revoked_at = NULL WHERE role = 'administrator' AND revoked_at IS NULL;

-- name: administrators_left
SELECT COUNT(*) FROM role_grant
JOIN account ON account.id = role_grant.account_id AND account.state = 'active'
WHERE role_grant.role = 'administrator' AND role_grant.revoked_at IS NULL
  AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today);
