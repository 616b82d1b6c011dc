-- name: claim_expired
DELETE FROM idempotency WHERE expires_at <= :now;

-- name: claim_insert
INSERT INTO idempotency (principal, claim_key, request_hash, expires_at)
VALUES (:principal, :claim_key, :request_hash, :expires_at)
ON CONFLICT (principal, claim_key) DO NOTHING RETURNING expires_at;

-- name: claim_find
SELECT request_hash, status, location, etag, body FROM idempotency
WHERE principal = :principal AND claim_key = :claim_key;

-- name: claim_answer
UPDATE idempotency SET status = :status, location = :location, etag = :etag, body = :body
WHERE principal = :principal AND claim_key = :claim_key;
