-- name: api_token_list
SELECT id, account_id, grant_id, name, scopes, expires_on, created_at, revoked_at FROM api_token

-- name: api_token_show
SELECT id, account_id, grant_id, name, scopes, expires_on, created_at, revoked_at
FROM api_token WHERE id = :id;

-- name: api_token_insert
INSERT INTO api_token (token_hash, account_id, grant_id, name, scopes, expires_on, created_at)
VALUES (:token_hash, :account_id, :grant_id, :name, :scopes, :expires_on, :now)
RETURNING id;

-- name: api_token_revoke
UPDATE api_token SET revoked_at = :now
WHERE id = :id AND account_id = :own_account AND revoked_at IS NULL RETURNING id;
