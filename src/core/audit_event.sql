-- name: event_insert
INSERT INTO event (sequence, recorded_at, actor, role, grant_id, approver, action, route, kind, key,
    algorithm, hash)
VALUES (:sequence, :recorded_at, :actor, :role, :grant_id, :approver, :action, :route, :kind, :key,
    :algorithm, :hash);

-- name: event_payload_insert
INSERT INTO event_payload (sequence, salt, body) VALUES (:sequence, :salt, :body);

-- name: event_find
SELECT event.sequence, recorded_at, actor, role, grant_id, approver, action, route, kind, key,
    algorithm, hash, salt, body, digest, removed_seq
FROM event LEFT JOIN event_payload ON event_payload.sequence = event.sequence
WHERE event.sequence = :sequence;

-- name: event_payload_remove
UPDATE event_payload SET salt = NULL, body = NULL, digest = :digest, removed_seq = :removed_seq
WHERE sequence = :sequence AND body IS NOT NULL RETURNING sequence;
