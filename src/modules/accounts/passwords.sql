-- name: reset_find
SELECT account_id, expires_at FROM password_reset
WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now;

-- Of two who use a link at once, one finds it used.
-- name: reset_use
UPDATE password_reset SET used_at = :now
WHERE token_hash = :token_hash AND used_at IS NULL AND expires_at > :now RETURNING account_id;
