-- name: api_token_list
SELECT api_token.id, api_token.account_id, account.name AS account_name, api_token.grant_id,
       api_token.name, api_token.scopes, api_token.expires_on, api_token.created_at,
       api_token.revoked_at
FROM api_token JOIN account ON account.id = api_token.account_id

-- name: api_token_show
{api_token_list}
WHERE api_token.id = :id;

-- name: api_token_insert
INSERT INTO api_token (token_hash, account_id, grant_id, name, scopes, expires_on, created_at)
VALUES (:token_hash, :account_id, :grant_id, :name, :scopes, :expires_on, :now)
RETURNING id;

-- name: api_token_revoke
UPDATE api_token SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL RETURNING id;
