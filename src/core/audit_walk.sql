-- name: seal_page
SELECT id, first_sequence, last_sequence, count, algorithm, previous, head, sealed_at
FROM seal WHERE id > :after AND id <= :last ORDER BY id LIMIT :limit;

-- name: event_page
SELECT event.sequence, recorded_at, actor, role, grant_id, approver, action, route, kind, key,
    algorithm, hash, salt, body, digest, removed_seq
FROM event LEFT JOIN event_payload ON event_payload.sequence = event.sequence
WHERE event.sequence > :after AND event.sequence <= :last ORDER BY event.sequence LIMIT :limit;

-- name: signature_page
SELECT seal_id, public_key, signature, signed_at FROM seal_signature
WHERE seal_id > :after AND seal_id <= :last ORDER BY seal_id;

-- name: seal_find
SELECT id, first_sequence, last_sequence, count, algorithm, previous, head, sealed_at
FROM seal WHERE id = :id;
