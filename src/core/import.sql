-- name: import_show
SELECT * FROM import WHERE id = :id;

-- name: import_lineage
SELECT import.id AS import_id, import.file_name, import.created_by, event.recorded_at,
       import_row.cells, import_row.was, import.columns, import_row.id AS row_id, import.run_seq,
       import.undo_seq
FROM import_row
JOIN import ON import.id = import_row.id / :per_import AND import.kind = :kind
LEFT JOIN event ON event.sequence = import.run_seq
WHERE import_row.key_hash = :key_hash AND import_row.record_key = :key
ORDER BY import_row.id DESC LIMIT :limit;
