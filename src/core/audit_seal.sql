-- name: seal_last
SELECT id, first_sequence, last_sequence, count, algorithm, previous, head, sealed_at
FROM seal WHERE id = (SELECT max(id) FROM seal);

-- name: seal_insert
INSERT INTO seal (id, first_sequence, last_sequence, count, algorithm, previous, head, sealed_at)
VALUES (:id, :first_sequence, :last_sequence, :count, :algorithm, :previous, :head, :sealed_at);

-- name: events_to_seal
SELECT sequence, recorded_at, actor, role, grant_id, approver, action, route, kind, key, algorithm, hash
FROM event WHERE sequence > :after AND sequence <= :horizon ORDER BY sequence LIMIT :limit;

-- name: event_hash_set
UPDATE event SET algorithm = :algorithm, hash = :hash WHERE sequence = :sequence AND hash IS NULL;

-- name: signature_last
SELECT seal_id, public_key, signature, signed_at FROM seal_signature
WHERE seal_id = (SELECT max(seal_id) FROM seal_signature);

-- name: signature_insert
INSERT INTO seal_signature (seal_id, public_key, signature, signed_at)
VALUES (:seal_id, :public_key, :signature, :signed_at);
