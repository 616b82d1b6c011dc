-- name: consents_erase
UPDATE consent SET text = NULL, withdrawn_at = coalesce(withdrawn_at, :now), changed_seq = :sequence
WHERE person_id = :person_id;

-- name: chunks_erase
DELETE FROM attachment_chunk WHERE attachment_id IN
    (SELECT id FROM attachment WHERE person_id = :person_id);

-- name: attachments_erase
DELETE FROM attachment WHERE person_id = :person_id;

-- name: person_erase
UPDATE person SET erased_at = :now, changed_seq = :sequence WHERE id = :id AND erased_at IS NULL
RETURNING id;

-- name: person_uid
SELECT id, uid FROM person WHERE id = :id;

-- name: person_by_uid
SELECT id, uid FROM person WHERE uid = :uid AND erased_at IS NULL;

-- name: persons_erased
SELECT id, uid FROM person WHERE erased_at > 0 ORDER BY erased_at, id;
