-- name: job_insert
INSERT INTO job (kind, subject, state, done, total, account_id, grant_id, language, requested_at,
                 cancel, lane)
VALUES (:kind, :subject, 'queued', 0, 0, :account_id, :grant_id, :language, :now, FALSE, :lane);

-- name: job_newest
SELECT * FROM job WHERE kind = :kind AND subject = :subject ORDER BY id DESC LIMIT 1;

-- name: job_cancel
UPDATE job SET cancel = TRUE
WHERE kind = :kind AND subject = :subject AND state IN ('queued', 'running');

-- name: job_stop
UPDATE job SET cancel = TRUE WHERE id = :id AND state IN ('queued', 'running');
