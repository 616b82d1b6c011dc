-- name: file_page
SELECT sha256, size FROM file WHERE sha256 > :beyond ORDER BY sha256 LIMIT :limit;
