-- name: user_list
SELECT account.id, account.name, account.state, account.must_change_password, account.locked_until,
       account.last_login_at, account.created_at, account.changed_seq, account.person_id
FROM account

-- name: user_show
SELECT account.id, account.name, account.state, account.must_change_password, account.locked_until,
       account.last_login_at, account.created_at, account.changed_seq, account.person_id
FROM account WHERE account.id = :id;

-- name: user_state
UPDATE account SET state = :state, changed_seq = :sequence WHERE id = :id;

-- name: user_unlock
UPDATE account SET locked_until = NULL, changed_seq = :sequence WHERE id = :id;

-- name: user_failure_delete
DELETE FROM login_failure WHERE subject_hash = :subject_hash;

-- name: reset_insert
INSERT INTO password_reset (token_hash, account_id, expires_at)
VALUES (:token_hash, :account_id, :expires_at);

-- name: resets_end
UPDATE password_reset SET used_at = :now WHERE account_id = :account_id AND used_at IS NULL;
