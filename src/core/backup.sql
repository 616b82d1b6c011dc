-- name: backup_files
SELECT sha256, size FROM file WHERE sha256 > :after ORDER BY sha256 LIMIT :limit;

-- name: backup_moment
SELECT recorded_at FROM event ORDER BY sequence DESC LIMIT 1;
