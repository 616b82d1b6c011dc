-- name: job_next
SELECT id FROM job WHERE state = 'queued' AND lane = :lane AND not_before <= :now ORDER BY id LIMIT 1;

-- Of two nodes that claim at once, the second finds it running.
-- name: job_claim
UPDATE job SET state = 'running', node = :node, lease_until = :lease_until, tries = tries + 1,
               started_at = :now
WHERE id = :id AND state = 'queued'
RETURNING *;

-- A node whose lease has passed to another says nothing any more.
-- name: job_renew
UPDATE job SET lease_until = :lease_until, done = :done, total = :total
WHERE id = :id AND state = 'running' AND node = :node RETURNING *;

-- name: job_end
UPDATE job SET state = :state, message = :message, done = :done, total = :total,
               lease_until = NULL, ended_at = :now
WHERE id = :id AND state = 'running' AND (:node = '' OR node = :node);

-- name: job_again
UPDATE job SET state = 'queued', message = :message, lease_until = NULL, not_before = :not_before
WHERE id = :id AND state = 'running' AND (:node = '' OR node = :node);

-- name: jobs_broken
SELECT * FROM job WHERE state = 'running' AND (:all OR lease_until < :now) ORDER BY id LIMIT 100;
