-- name: consent_holds
SELECT id FROM consent
WHERE person_id = :person_id AND purpose = :purpose AND expires_on >= :today
  AND withdrawn_at IS NULL
LIMIT 1;

-- name: consent_list
SELECT * FROM consent

-- name: consent_show
SELECT * FROM consent WHERE id = :id;

-- name: consent_insert
INSERT INTO consent (person_id, purpose, text, given_at, expires_on, changed_seq)
VALUES (:person_id, :purpose, :text, :now, :expires_on, :sequence) RETURNING id;

-- name: consent_withdraw
UPDATE consent SET withdrawn_at = :now, changed_seq = :sequence
WHERE id = :id AND withdrawn_at IS NULL RETURNING id;

-- name: consents_of
SELECT * FROM consent WHERE person_id = :person_id ORDER BY purpose, expires_on, id;
