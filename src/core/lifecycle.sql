-- name: step_insert
INSERT INTO step (lifecycle, record_id, event, from_state, to_state, at, actor, reason, sequence)
VALUES (:lifecycle, :record_id, :event, :from_state, :to_state, :now, :actor, :reason, :sequence);

-- name: step_history
SELECT id, lifecycle, record_id, event, from_state, to_state, at, actor, reason, sequence
FROM step WHERE lifecycle = :lifecycle AND record_id = :record_id ORDER BY id LIMIT :limit;
