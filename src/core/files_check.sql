-- name: file_page
SELECT sha256, size, type FROM file WHERE sha256 > :beyond AND instead IS NULL ORDER BY sha256 LIMIT :limit;
