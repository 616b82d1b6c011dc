-- name: import_mapping_find
SELECT columns FROM import_mapping WHERE target = :target AND headings = :headings;

-- name: import_mapping_keep
INSERT INTO import_mapping (target, headings, columns) VALUES (:target, :headings, :columns)
ON CONFLICT (target, headings) DO UPDATE SET columns = excluded.columns;
