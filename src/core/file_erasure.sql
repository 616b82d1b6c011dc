-- name: file_erasure_insert
INSERT INTO file_erasure (person_id, master_key_id, needles, files, mended, replaced, unread, begun_at)
VALUES (:person_id, :master_key_id, :needles, 0, 0, 0, 0, :now)
ON CONFLICT (person_id) DO UPDATE SET master_key_id = excluded.master_key_id, needles = excluded.needles, done_at = NULL;

-- name: file_erasure_show
SELECT person_id, files, mended, replaced, unread, begun_at, done_at FROM file_erasure WHERE person_id = :person_id;

-- name: file_erasure_sealed
SELECT master_key_id, needles AS text FROM file_erasure WHERE person_id = :person_id AND done_at IS NULL;

-- name: file_erasure_done
UPDATE file_erasure SET needles = NULL, master_key_id = NULL, files = :files, mended = :mended, replaced = :replaced,
    unread = :unread, done_at = :now WHERE person_id = :person_id;

-- name: file_erasures_left
SELECT person_id, files, mended, replaced, unread, begun_at, done_at FROM file_erasure
WHERE done_at IS NULL AND NOT EXISTS (SELECT 1 FROM job WHERE job.kind = 'file_erasure'
    AND job.subject = CAST(file_erasure.person_id AS TEXT) AND job.state IN ('queued', 'running')) ORDER BY person_id;

-- name: file_count
SELECT count(*) FROM file WHERE instead IS NULL;
