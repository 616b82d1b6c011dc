-- name: session_insert
INSERT INTO session (token_hash, account_id, grant_id, csrf_token, created_at, idle_until,
                     expires_at)
VALUES (:token_hash, :account_id, :grant_id, :csrf_token, :now, :idle_until, :expires_at);

-- name: session_delete
DELETE FROM session WHERE token_hash = :token_hash;

-- name: session_expired_delete
DELETE FROM session WHERE expires_at <= :now;

-- name: session_renew
UPDATE session SET idle_until = :idle_until WHERE token_hash = :token_hash RETURNING account_id;

-- name: session_regrant
UPDATE session SET grant_id = :grant_id WHERE token_hash = :token_hash RETURNING account_id;

-- name: account_came
UPDATE account SET last_login_at = :now, locked_until = NULL WHERE id = :account_id;

-- name: grants_in_force
SELECT role_grant.id, role_grant.account_id, account.name AS account_name, role_grant.role,
       role_grant.organisation_code, organisation.name AS organisation_name, role_grant.area_code,
       area.name AS area_name, role_grant.department_code, department.name AS department_name,
       role_grant.may_delegate, role_grant.valid_from, role_grant.valid_to
FROM role_grant
JOIN account ON account.id = role_grant.account_id
LEFT JOIN organisation ON organisation.code = role_grant.organisation_code
LEFT JOIN area ON area.code = role_grant.area_code
LEFT JOIN department ON department.code = role_grant.department_code
WHERE role_grant.account_id = :account_id AND role_grant.revoked_at IS NULL
  AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
ORDER BY role_grant.id;
