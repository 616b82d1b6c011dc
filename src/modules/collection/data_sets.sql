-- What is due and has not come: `late` when the day has passed, `due` when the period is over.
-- name: data_set_list
SELECT data_set.*, data_set.class AS visibility, department.name AS department_name,
       department.name_en AS department_name_en,
       CASE WHEN data_set.last_arrived_at IS NULL THEN 'never'
            WHEN EXISTS (SELECT 1 FROM delivery WHERE data_set_code = data_set.code
                         AND state IN ('expected', 'late', 'rejected') AND due_on < :today)
            THEN 'late'
            WHEN EXISTS (SELECT 1 FROM delivery WHERE data_set_code = data_set.code
                         AND state IN ('expected', 'rejected') AND due_on >= :today
                         AND period_end < :today)
            THEN 'due'
            ELSE 'current' END AS freshness
FROM data_set JOIN department ON department.code = data_set.department_code

-- name: data_set_show
{data_set_list}
WHERE data_set.code = :code;

-- name: data_set_insert
INSERT INTO data_set (code, name, name_en, kind, department_code, definition, definition_en,
                      source_system, legal_basis, basis, rhythm, due_days, due_in, starts_on,
                      ends_on, target, class, expected_rows, sample, changed_seq)
VALUES (:code, :name, :name_en, :kind, :department_code, :definition, :definition_en,
        :source_system, :legal_basis, :basis, :rhythm, :due_days, :due_in, :starts_on,
        :ends_on, :target, :class, :expected_rows, :sample, :sequence);

-- name: data_set_update
UPDATE data_set SET name = :name, name_en = :name_en, kind = :kind,
    department_code = :department_code, definition = :definition, definition_en = :definition_en,
    source_system = :source_system, legal_basis = :legal_basis, basis = :basis,
    due_days = :due_days, due_in = :due_in, ends_on = :ends_on, target = :target, class = :class,
    expected_rows = :expected_rows, changed_seq = :sequence
WHERE code = :code;

-- name: data_set_fields_of
SELECT * FROM data_set_field WHERE data_set_code = :data_set_code ORDER BY position;
