-- name: sequence_now
SELECT value FROM commit_sequence;

-- name: sequence_next
UPDATE commit_sequence SET value = value + 1 RETURNING value;

-- name: commit_note
INSERT INTO commit_log (sequence, recorded_at, actor, action) VALUES (:sequence, :now, :actor, :action);
