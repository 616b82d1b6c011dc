-- name: user_list
SELECT account.id, account.name, account.state, account.must_change_password, account.locked_until,
       account.last_login_at, account.created_at, account.changed_seq,
       COALESCE(account.person_id, 0) AS person_id, person.name AS display_name, person.phone,
       person.email
FROM account LEFT JOIN person ON person.id = account.person_id

-- What is found of them: persons stay out.
-- name: user_names
SELECT account.id, account.name, account.state, account.must_change_password, account.locked_until,
       account.last_login_at, account.created_at, account.changed_seq, account.person_id
FROM account

-- name: user_show
{user_list}
WHERE account.id = :id;

-- name: user_change
UPDATE account SET state = :state, person_id = NULLIF(:person_id, 0), changed_seq = :sequence
WHERE id = :id;

-- name: user_unlock
UPDATE account SET locked_until = NULL, changed_seq = :sequence WHERE id = :id;

-- name: user_failure_delete
DELETE FROM login_failure WHERE subject_hash = :subject_hash;

-- name: reset_insert
INSERT INTO password_reset (token_hash, account_id, expires_at)
VALUES (:token_hash, :account_id, :expires_at);

-- name: user_letters_end
UPDATE invitation SET revoked_at = :now
WHERE made_by = :made_by AND used_at IS NULL AND revoked_at IS NULL
  AND organisation_code IN (SELECT organisation_code FROM role_grant
                            WHERE account_id = :account_id AND may_delegate);
