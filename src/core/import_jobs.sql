-- name: import_problems_remove
DELETE FROM import_problem WHERE import_id = :import_id;

-- name: import_problem_insert
INSERT INTO import_problem (import_id, line, number, heading, field, value, message)
VALUES (:import_id, :line, :column, :heading, :field, :value, :message);

-- The state moves by the lifecycle.
-- name: import_outcome
UPDATE import SET row_count = :row_count, new_count = :new_count, changed_count = :changed_count,
    same_count = :same_count, wrong_count = :wrong_count, problem_count = :problem_count,
    public_count = :public_count, message = :message, rows_digest = :rows_digest,
    run_seq = :run_seq, undo_seq = :undo_seq
WHERE id = :id;

-- name: import_corrections_remove
DELETE FROM import_correction WHERE import_id = :id;
