-- name: account_show
SELECT id, COALESCE(person_id, 0) AS person_id, name, password_hash, state, must_change_password,
       locked_until, last_login_at, created_at, changed_seq
FROM account WHERE id = :id;

-- name: account_by_name
SELECT id, COALESCE(person_id, 0) AS person_id, name, password_hash, state, must_change_password,
       locked_until, last_login_at, created_at, changed_seq
FROM account WHERE name = :name;

-- name: account_insert
INSERT INTO account (name, person_id, password_hash, state, must_change_password, created_at,
                     changed_seq)
VALUES (:name, NULLIF(:person_id, 0), :password_hash, 'active', FALSE, :now, :sequence)
RETURNING id;

-- name: account_password
UPDATE account SET password_hash = :password_hash, must_change_password = FALSE,
    changed_seq = :sequence
WHERE id = :id;

-- name: account_tokens_end
UPDATE api_token SET revoked_at = :now WHERE account_id = :id AND revoked_at IS NULL;

-- name: account_sessions_end
DELETE FROM session WHERE account_id = :id;

-- name: account_resets_end
UPDATE password_reset SET used_at = :now WHERE account_id = :id AND used_at IS NULL;
