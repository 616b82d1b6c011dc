-- name: job_insert
INSERT INTO job (kind, subject, state, done, total, account_id, grant_id, language, requested_at,
                 cancel)
VALUES (:kind, :subject, 'queued', 0, 0, :account_id, :grant_id, :language, :now, FALSE);

-- name: job_newest
SELECT * FROM job WHERE kind = :kind AND subject = :subject ORDER BY id DESC LIMIT 1;

-- name: job_cancel
UPDATE job SET cancel = TRUE
WHERE kind = :kind AND subject = :subject AND state IN ('queued', 'running');

-- name: job_next
SELECT id FROM job WHERE state = 'queued' AND not_before <= :now ORDER BY id LIMIT 1;

-- Of two nodes that claim at once, the second finds it running.
-- name: job_claim
UPDATE job SET state = 'running', node = :node, lease_until = :lease_until, tries = tries + 1,
               started_at = :now
WHERE id = :id AND state = 'queued'
RETURNING *;

-- name: job_renew
UPDATE job SET lease_until = :lease_until, done = :done, total = :total
WHERE id = :id AND state = 'running' RETURNING *;

-- name: job_end
UPDATE job SET state = :state, message = :message, done = :done, total = :total,
               lease_until = NULL, ended_at = :now
WHERE id = :id;

-- name: job_again
UPDATE job SET state = 'queued', message = :message, lease_until = NULL, not_before = :not_before
WHERE id = :id;

-- name: job_stop
UPDATE job SET cancel = TRUE WHERE id = :id AND state IN ('queued', 'running');

-- name: jobs_broken
SELECT * FROM job WHERE state = 'running' AND (:all OR lease_until < :now) ORDER BY id LIMIT 100;
