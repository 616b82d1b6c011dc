-- name: record_file_insert
INSERT INTO record_file (kind, key, part, name, type, size, sha256, owner, created_at, created_by,
                         changed_seq, visibility)
VALUES (:kind, :key, :part, :name, :type, :size, :sha256, :owner, :now, :created_by, :sequence,
        :visibility)

-- name: record_file_show
SELECT * FROM record_file WHERE id = :id;

-- name: record_files_of
SELECT * FROM record_file WHERE kind = :kind AND key = :key ORDER BY id;

-- name: record_file_publish
UPDATE record_file SET visibility = :visibility, changed_seq = :sequence WHERE id = :id;

-- name: record_files_of_kind
SELECT * FROM record_file WHERE kind = :kind AND key > :beyond ORDER BY kind, key, id LIMIT :limit;

-- name: record_file_remove
DELETE FROM record_file WHERE id = :id;

-- The row is claimed before anything is added up.
-- name: file_quota_add
INSERT INTO file_quota (owner, bytes, files) VALUES (:owner, :size, :count)
ON CONFLICT (owner) DO UPDATE
SET bytes = file_quota.bytes + excluded.bytes, files = file_quota.files + excluded.files
RETURNING bytes;

-- name: file_quota_show
SELECT * FROM file_quota WHERE owner = :owner;
