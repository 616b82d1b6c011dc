-- Lines with problems, and lines that made or changed a record.
-- name: import_line_states
SELECT line, state FROM (
    SELECT line, 'wrong' AS state FROM import_problem
    WHERE import_id = :import_id AND line >= :from_line
    ORDER BY line LIMIT :limit) AS wrong_lines
UNION ALL
SELECT line, state FROM (
    SELECT id - (:end - 16777216) AS line, CASE WHEN was IS NULL THEN 'new' ELSE 'changed' END AS state
    FROM import_row WHERE id >= :first AND id < :end
    ORDER BY id LIMIT :limit) AS done_lines;

-- name: importer_name
SELECT name FROM account WHERE id = :id;
