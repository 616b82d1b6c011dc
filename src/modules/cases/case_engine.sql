-- name: case_show
SELECT * FROM case_named WHERE id = :id;

-- name: case_finished
UPDATE case_file SET ended_at = :now, outcome = :outcome WHERE id = :id;

-- name: case_touch
UPDATE case_file SET changed_seq = :sequence WHERE id = :id;

-- name: case_party_insert
INSERT INTO case_party (party, case_id) VALUES (:party, :case_id)
ON CONFLICT (party, case_id) DO NOTHING RETURNING case_id;

-- name: case_parties
SELECT party, case_id FROM case_party WHERE case_id = :case_id ORDER BY party;

-- name: case_is_party
SELECT 1 FROM case_party WHERE party = :party AND case_id = :case_id;

-- name: case_steps
SELECT * FROM case_step WHERE case_id = :case_id ORDER BY position, code;

-- name: case_step_show
SELECT * FROM case_step WHERE id = :id;

-- name: case_step_opened
UPDATE case_step SET organisation_code = :organisation_code, area_code = :area_code,
    department_code = :department_code, clock_id = :clock_id,
    response_clock_id = :response_clock_id, opened_at = :now, responded_at = NULL, ended_at = NULL,
    ended_by = NULL, late = :late
WHERE id = :id;

-- name: case_step_response_given
UPDATE case_step SET responded_at = :now WHERE id = :id;

-- name: case_step_ended
UPDATE case_step SET ended_at = :now, ended_by = :ended_by WHERE id = :id;

-- name: case_step_late
UPDATE case_step SET late = :late, changed_seq = :sequence WHERE id = :id;

-- name: case_answers
SELECT code, step_id, value FROM case_answer WHERE case_id = :case_id ORDER BY code;

-- name: case_note_insert
INSERT INTO case_note (case_id, at, actor, name, text, sequence)
VALUES (:case_id, :now, :actor, :name, :text, :sequence);

-- name: case_tally_add
INSERT INTO case_tally (party, template_code, template_version, step, slot, open_count, late_count)
VALUES (:party, :template_code, :template_version, :step, :slot, :open_by, :late_by)
ON CONFLICT (party, template_code, template_version, step, slot) DO UPDATE
SET open_count = case_tally.open_count + excluded.open_count,
    late_count = case_tally.late_count + excluded.late_count;
