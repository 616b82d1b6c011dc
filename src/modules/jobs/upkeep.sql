-- name: jobs_old
DELETE FROM job WHERE id IN
    (SELECT id FROM job WHERE ended_at < :before ORDER BY ended_at LIMIT 1000)
RETURNING id;
