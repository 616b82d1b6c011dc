-- name: case_template_list
SELECT code, version, name, name_en, note, note_en, basis, source, active, changed_seq,
       code || '/' || CAST(version AS TEXT) AS template_key
FROM case_template

-- name: case_template_newest
SELECT code, version, name, name_en, note, note_en, basis, source, active, changed_seq,
       code || '/' || CAST(version AS TEXT) AS template_key
FROM case_template WHERE code = :code AND active ORDER BY version DESC LIMIT 1;

-- name: case_template_version
SELECT code, version, name, name_en, note, note_en, basis, source, active, changed_seq,
       code || '/' || CAST(version AS TEXT) AS template_key
FROM case_template WHERE code = :code AND version = :version;

-- name: case_template_steps
SELECT * FROM case_template_step
WHERE template_code = :code AND template_version = :version ORDER BY position, code;

-- name: case_template_fields
SELECT * FROM case_template_field
WHERE template_code = :code AND template_version = :version ORDER BY position, code;

-- name: case_template_materials
SELECT * FROM case_template_material
WHERE template_code = :code AND template_version = :version ORDER BY step, code;

-- name: case_template_outcomes
SELECT * FROM case_template_outcome
WHERE template_code = :code AND template_version = :version ORDER BY position, code;

-- name: case_template_used
SELECT id FROM case_file
WHERE template_code = :template_code AND template_version = :template_version LIMIT 1;
