-- name: import_show
SELECT * FROM import WHERE id = :id;

-- name: import_rows_on
SELECT * FROM import_row WHERE id > :after AND id < :before ORDER BY id LIMIT :limit;

-- name: import_lineage
SELECT import.id AS import_id, import.file_name, import.target, run.actor, run.recorded_at,
       undoing.actor AS undo_actor, undoing.recorded_at AS undone_at, import_row.cells,
       import_row.was, import.columns, import_row.id AS row_id, import.run_seq, import.undo_seq
FROM import_row
JOIN import ON import.id = import_row.id / :per_import AND import.kind = :kind
LEFT JOIN event AS run ON run.sequence = import.run_seq
LEFT JOIN event AS undoing ON undoing.sequence = import.undo_seq
WHERE import_row.key_hash = :key_hash AND import_row.record_key = :key
ORDER BY import_row.id DESC LIMIT :limit;

-- name: import_row_made
SELECT id FROM import_row WHERE key_hash = :key_hash AND record_key = :key AND id >= :first
    AND id < :end AND was IS NULL ORDER BY id LIMIT 1;
