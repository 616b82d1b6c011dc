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

-- name: file_size
SELECT size FROM file WHERE sha256 = :sha256;

-- name: file_unused
SELECT sha256 FROM file WHERE used_at < :limit
    AND NOT EXISTS (SELECT 1 FROM file_reference WHERE file_reference.sha256 = file.sha256)
ORDER BY used_at, sha256 LIMIT 1000;

-- A rival may refer to it meanwhile.
-- name: file_remove
DELETE FROM file WHERE sha256 = :sha256 AND used_at < :limit
    AND NOT EXISTS (SELECT 1 FROM file_reference WHERE file_reference.sha256 = file.sha256);

-- name: file_chunk_any
SELECT count(*) FROM file_chunk WHERE sha256 = :sha256 AND number = 0;

-- name: file_chunk_put
INSERT INTO file_chunk (sha256, number, data) VALUES (:sha256, :number, :bytes);

-- name: file_chunk_get
SELECT data FROM file_chunk WHERE sha256 = :sha256 AND number = :number;

-- name: file_chunks_remove
DELETE FROM file_chunk WHERE sha256 = :sha256;
