-- name: case_step_list
SELECT id, case_id, position, code, state, role, organisation_code, area_code, department_code,
       clock_id, response_clock_id, opened_at, responded_at, ended_at, ended_by, late, changed_seq
FROM case_step

-- name: case_answer_put
INSERT INTO case_answer (case_id, code, step_id, value) VALUES (:case_id, :code, :step_id, :value)
ON CONFLICT (case_id, code) DO UPDATE SET value = excluded.value, step_id = excluded.step_id;

-- name: case_answer_remove
DELETE FROM case_answer WHERE case_id = :case_id AND code = :code;
