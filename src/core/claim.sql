-- name: claim_insert
INSERT INTO idempotency (principal, claim_key, request_hash, expires_at)
VALUES (:principal, :claim_key, :request_hash, :expires_at)
ON CONFLICT (principal, claim_key) DO UPDATE
SET request_hash = excluded.request_hash, expires_at = excluded.expires_at, status = NULL,
    location = NULL, etag = NULL, body = NULL, event_sequence = NULL
WHERE idempotency.expires_at <= :now RETURNING expires_at;

-- name: claim_find
SELECT request_hash, status, location, etag, coalesce(idempotency.body, event_payload.body) AS body
FROM idempotency LEFT JOIN event_payload ON event_payload.sequence = idempotency.event_sequence
WHERE principal = :principal AND claim_key = :claim_key;

-- name: claim_answer
UPDATE idempotency SET status = :status, location = :location, etag = :etag, body = :body,
    event_sequence = :event_sequence
WHERE principal = :principal AND claim_key = :claim_key;

-- name: claim_expired
DELETE FROM idempotency WHERE expires_at <= :now;
