-- name: accounts_of_person
SELECT id, name, state, created_at, last_login_at
FROM account WHERE person_id = :person_id ORDER BY id;

-- name: account_close
UPDATE account SET name = :name, password_hash = NULL, state = 'disabled', changed_seq = :sequence
WHERE id = :id;

-- name: account_tokens_end
UPDATE api_token SET revoked_at = COALESCE(revoked_at, :now), name = '' WHERE account_id = :id;

-- name: account_grants_end
UPDATE role_grant SET revoked_at = :now, revoked_by = :revoked_by
WHERE account_id = :id AND revoked_at IS NULL;
