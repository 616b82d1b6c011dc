-- name: account_locked
UPDATE account SET locked_until = :locked_until WHERE name = :name;

-- name: failure_find
SELECT failures, last_at FROM login_failure WHERE subject_hash = :subject_hash;

-- Failures count together while each comes within :since of the one before.
-- name: failure_add
INSERT INTO login_failure (subject_hash, failures, last_at) VALUES (:subject_hash, 1, :now)
ON CONFLICT (subject_hash) DO UPDATE SET last_at = excluded.last_at,
    failures = CASE WHEN login_failure.last_at > :since THEN login_failure.failures + 1 ELSE 1 END
RETURNING failures;

-- name: failure_delete
DELETE FROM login_failure WHERE subject_hash = :subject_hash;

-- name: failure_old_delete
DELETE FROM login_failure WHERE last_at <= :since;
