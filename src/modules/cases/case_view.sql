-- name: case_notes
SELECT id, at, actor, name, text FROM case_note WHERE case_id = :case_id ORDER BY id LIMIT :limit;

-- name: case_department
SELECT name, name_en, code FROM department WHERE code = :code;
