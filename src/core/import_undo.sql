-- name: import_rows_back
SELECT * FROM import_row WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :limit;

-- Who changed a record last: by an event of its own, or by an import that came later.
-- name: import_toucher
SELECT actor, sequence FROM event
WHERE (kind = :kind AND key = :key AND sequence > :since)
   OR sequence IN (SELECT import.run_seq FROM import_row
                   JOIN import ON import.id = import_row.id / 16777216 AND import.kind = :kind
                   WHERE import_row.key_hash = :key_hash AND import_row.record_key = :key
                     AND import_row.id > :after)
ORDER BY sequence DESC LIMIT 1;

-- Was the record last written by the undoing of an import, and by nobody else since? Whoever only
-- read a person's record, for a reason, changed nothing.
-- name: import_put_back
SELECT 1 FROM import
WHERE undo_seq = :at AND kind = :kind
  AND NOT EXISTS (SELECT 1 FROM event WHERE event.kind = :kind AND event.key = :key
                  AND event.sequence > :since AND event.action NOT IN ('reveal', 'export'));
