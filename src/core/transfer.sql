-- name: files_after
SELECT sha256, used_at FROM file WHERE sha256 > :beyond AND instead IS NULL ORDER BY sha256 LIMIT :limit;

-- name: file_used_at
UPDATE file SET used_at = :used_at WHERE sha256 = :sha256;
