-- name: import_corrections
SELECT line, number AS "column", value FROM import_correction WHERE import_id = :import_id
ORDER BY line, number;
