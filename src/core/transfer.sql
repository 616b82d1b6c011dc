-- name: transfer_events
SELECT count(*) FROM (SELECT 1 AS one FROM event LIMIT 1) AS first_one;
