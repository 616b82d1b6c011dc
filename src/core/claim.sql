-- A rival with the same key waits here, and then finds the answer.
-- name: claim_take_on_postgres
INSERT INTO idempotency (principal, claim_key, request_hash, expires_at)
VALUES (:principal, :claim_key, :request_hash, :expires_at)
ON CONFLICT (principal, claim_key) DO UPDATE
SET request_hash = excluded.request_hash, expires_at = excluded.expires_at
WHERE idempotency.expires_at <= :now RETURNING expires_at;

-- name: claim_find
SELECT request_hash, status, location, etag, event_sequence,
    coalesce(idempotency.body, event_payload.body) AS body
FROM idempotency LEFT JOIN event_payload ON event_payload.sequence = idempotency.event_sequence
WHERE principal = :principal AND claim_key = :claim_key AND expires_at > :now;

-- name: claim_keep
INSERT INTO idempotency (principal, claim_key, request_hash, expires_at, status, location, etag, body,
    event_sequence)
VALUES (:principal, :claim_key, :request_hash, :expires_at, :status, :location, :etag, :body,
    :event_sequence)
ON CONFLICT (principal, claim_key) DO UPDATE
SET request_hash = excluded.request_hash, expires_at = excluded.expires_at,
    status = excluded.status, location = excluded.location, etag = excluded.etag,
    body = excluded.body, event_sequence = excluded.event_sequence;

-- name: claim_expired
DELETE FROM idempotency WHERE expires_at <= :now;
