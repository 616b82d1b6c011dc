-- The newest first, within a window of numbers.
-- name: audit_window
SELECT sequence AS id, sequence, recorded_at, actor, role, approver, action, route, kind, key, hash
FROM event
WHERE sequence < :before AND sequence >= :floor AND (:actor = '' OR actor = :actor)
  AND (:action = '' OR action = :action) AND (:kind = '' OR kind = :kind)
  AND (:key = '' OR key = :key) AND (:role = '' OR role = :role)
  AND recorded_at >= :from_time AND recorded_at < :to_time
ORDER BY sequence DESC LIMIT :limit;

-- name: audit_of_record
SELECT sequence AS id, sequence, recorded_at, actor, role, approver, action, route, kind, key, hash
FROM event
WHERE kind = :kind AND key = :key AND sequence < :before AND sequence >= :floor
  AND (:actor = '' OR actor = :actor) AND (:action = '' OR action = :action)
  AND (:role = '' OR role = :role) AND recorded_at >= :from_time AND recorded_at < :to_time
ORDER BY sequence DESC LIMIT :limit;

-- name: audit_heads
SELECT seal.id AS seal, seal.first_sequence, seal.last_sequence, seal.count, seal.algorithm,
       seal.head, seal.sealed_at, seal_signature.public_key, seal_signature.signature
FROM seal LEFT JOIN seal_signature ON seal_signature.seal_id = seal.id

-- name: audit_seal_after
SELECT id, first_sequence, last_sequence, count, algorithm, previous, head, sealed_at
FROM seal WHERE id >= :id ORDER BY id LIMIT 1;

-- name: audit_unsealed
SELECT count(*) FROM event WHERE sequence > :after;

-- name: audit_signed
SELECT seal_id, public_key, signature, signed_at FROM seal_signature
WHERE seal_id = (SELECT max(seal_id) FROM seal_signature);

-- name: audit_account_name
SELECT name FROM account WHERE id = :id;
