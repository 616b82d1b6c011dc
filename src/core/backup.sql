-- name: backup_moment
SELECT recorded_at FROM event WHERE sequence = (SELECT max(sequence) FROM event);
