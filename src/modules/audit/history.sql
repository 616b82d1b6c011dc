-- What a record was, the newest first.
-- name: history_of_record
SELECT event.sequence, recorded_at, actor, action, body, digest
FROM event LEFT JOIN event_payload ON event_payload.sequence = event.sequence
WHERE kind = :kind AND key = :key AND event.sequence <= :last
ORDER BY event.sequence DESC LIMIT :limit;
