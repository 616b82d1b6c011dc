-- name: step_insert
INSERT INTO step (lifecycle, key, event, from_state, to_state, at, actor, reason, sequence)
VALUES (:lifecycle, :key, :event, :from_state, :to_state, :now, :actor, :reason, :sequence);

-- name: step_history
SELECT id, lifecycle, key, event, from_state, to_state, at, actor, reason, sequence
FROM step WHERE lifecycle = :lifecycle AND key = :key ORDER BY id LIMIT :most;
