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
