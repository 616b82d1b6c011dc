-- name: file_put
INSERT INTO file (sha256, size, type, used_at) VALUES (:sha256, :size, :type, :now)
ON CONFLICT (sha256) DO UPDATE SET used_at = excluded.used_at;

-- name: file_refer
INSERT INTO file_reference (kind, key, sha256) VALUES (:kind, :key, :sha256)
ON CONFLICT (kind, key, sha256) DO NOTHING;

-- name: file_release
DELETE FROM file_reference WHERE kind = :kind AND key = :key AND sha256 = :sha256;

-- name: file_released
UPDATE file SET used_at = :now WHERE sha256 = :sha256;

-- The file whose bytes are there.
-- name: file_present
SELECT there.sha256, there.size FROM file JOIN file AS there ON there.sha256 = coalesce(file.instead, file.sha256)
WHERE file.sha256 = :sha256;

-- 1 where the bytes are gone for good.
-- name: file_is_gone
SELECT CASE WHEN instead IS NULL THEN 0 ELSE 1 END FROM file WHERE sha256 = :sha256;

-- name: file_instead
UPDATE file SET instead = :instead WHERE sha256 = :sha256;

-- What was put in the place of others is needed as long as they are.
-- name: file_instead_of_others
UPDATE file SET instead = :instead WHERE instead = :sha256;

-- name: file_unused
SELECT sha256 FROM file WHERE used_at < :limit
    AND NOT EXISTS (SELECT 1 FROM file_reference WHERE file_reference.sha256 = file.sha256)
    AND NOT EXISTS (SELECT 1 FROM file AS other WHERE other.instead = file.sha256)
ORDER BY used_at, sha256 LIMIT 1000;

-- A rival may refer to it meanwhile.
-- name: file_remove
DELETE FROM file WHERE sha256 = :sha256 AND used_at < :limit
    AND NOT EXISTS (SELECT 1 FROM file_reference WHERE file_reference.sha256 = file.sha256)
    AND NOT EXISTS (SELECT 1 FROM file AS other WHERE other.instead = file.sha256);

-- Nothing is to be put: the chunks are there, or shall not come back.
-- name: file_chunk_any
SELECT count(*) FROM file WHERE sha256 = :sha256
    AND (instead IS NOT NULL OR EXISTS (SELECT 1 FROM file_chunk WHERE file_chunk.sha256 = file.sha256 AND number = 0));

-- name: file_chunk_put
INSERT INTO file_chunk (sha256, number, data) VALUES (:sha256, :number, :bytes);

-- name: file_chunk_get
SELECT data FROM file_chunk WHERE sha256 = :sha256 AND number = :number;

-- name: file_chunks_remove
DELETE FROM file_chunk WHERE sha256 = :sha256;
