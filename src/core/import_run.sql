-- name: import_row_insert
INSERT INTO import_row (id, record_key, key_hash, cells, was)
VALUES (:id, :record_key, :key_hash, :cells, :was);

-- name: import_corrections
SELECT line, number AS "column", value FROM import_correction WHERE import_id = :import_id
ORDER BY line, number;
