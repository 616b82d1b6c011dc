-- name: import_list
SELECT * FROM import

-- name: import_problem_list
SELECT import_problem.id, import_problem.import_id, import_problem.line,
       import_problem.number AS "column", import_problem.heading, import_problem.field,
       import_problem.value, import_problem.message, import.account_id
FROM import_problem JOIN import ON import.id = import_problem.import_id

-- name: import_insert
INSERT INTO import (target, kind, mode, state, file_name, file_sha256, file_size, format, encoding,
                    sheet, sheets, header_line, columns, row_count, new_count, changed_count,
                    same_count, wrong_count, problem_count, public_count, account_id,
                    department_code, created_by,
                    created_at, changed_seq)
VALUES (:target, :kind, :mode, :state, :file_name, :file_sha256, :file_size, :format, :encoding,
        :sheet, :sheets, :header_line, :columns, :row_count, :new_count, :changed_count,
        :same_count, :wrong_count, :problem_count, :public_count, :account_id,
        :department_code, :created_by,
        :created_at, :sequence)

-- name: import_update
UPDATE import SET mode = :mode, sheet = :sheet, sheets = :sheets, header_line = :header_line,
    columns = :columns, format = :format, encoding = :encoding, message = NULL,
    changed_seq = :sequence
WHERE id = :id;

-- name: import_correct
INSERT INTO import_correction (import_id, line, number, value, changed_seq)
VALUES (:import_id, :line, :number, :value, :sequence)
ON CONFLICT (import_id, line, number)
DO UPDATE SET value = excluded.value, changed_seq = excluded.changed_seq;

-- name: import_correction_count
SELECT count(*) FROM import_correction WHERE import_id = :import_id;
