-- name: session_identity
SELECT account.id AS account_id, role_grant.id AS grant_id, role_grant.role, account.name,
       role_grant.organisation_code, role_grant.area_code, role_grant.department_code,
       account.person_id, role_grant.may_delegate, account.must_change_password,
       session.csrf_token,
       CASE WHEN session.idle_until < session.expires_at THEN session.idle_until
            ELSE session.expires_at END AS expires_at
FROM session
JOIN account ON account.id = session.account_id AND account.state = 'active'
LEFT JOIN role_grant ON role_grant.id = session.grant_id AND role_grant.revoked_at IS NULL
    AND role_grant.valid_from <= :today
    AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
WHERE session.token_hash = :token_hash AND session.idle_until > :now AND session.expires_at > :now;

-- name: token_identity
SELECT account.id AS account_id, role_grant.id AS grant_id, role_grant.role, account.name,
       role_grant.organisation_code, role_grant.area_code, role_grant.department_code,
       account.person_id, role_grant.may_delegate, account.must_change_password, api_token.scopes
FROM api_token
JOIN account ON account.id = api_token.account_id AND account.state = 'active'
JOIN role_grant ON role_grant.id = api_token.grant_id AND role_grant.revoked_at IS NULL
    AND role_grant.valid_from <= :today
    AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
WHERE api_token.token_hash = :token_hash AND api_token.revoked_at IS NULL
  AND api_token.expires_on >= :today;

-- name: grant_identity
SELECT account.id AS account_id, role_grant.id AS grant_id, role_grant.role, account.name,
       role_grant.organisation_code, role_grant.area_code, role_grant.department_code,
       account.person_id, role_grant.may_delegate, account.must_change_password
FROM role_grant
JOIN account ON account.id = role_grant.account_id AND account.state = 'active'
WHERE role_grant.id = :grant_id AND role_grant.revoked_at IS NULL
  AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today);

-- name: administrator_has_signed_in
SELECT 1 FROM account
JOIN role_grant ON role_grant.account_id = account.id AND role_grant.role = 'administrator'
WHERE account.last_login_at IS NOT NULL LIMIT 1;

-- name: account_any
SELECT id FROM account LIMIT 1;

-- name: administrator_insert
INSERT INTO account (name, password_hash, state, must_change_password, created_at, changed_seq)
VALUES ('admin', :password_hash, 'active', TRUE, :now, :sequence)
RETURNING id;

-- name: administrator_grant
INSERT INTO role_grant (account_id, role, may_delegate, valid_from, granted_by, granted_seq)
VALUES (:account_id, 'administrator', FALSE, :today, 'operator', :sequence);
