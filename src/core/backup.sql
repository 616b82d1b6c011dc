-- name: backup_files
SELECT sha256, size FROM file WHERE sha256 > :beyond ORDER BY sha256 LIMIT :limit;

-- name: backup_moment
SELECT recorded_at FROM event WHERE sequence = (SELECT max(sequence) FROM event);
