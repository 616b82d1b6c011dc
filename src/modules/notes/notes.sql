-- name: note_insert
INSERT INTO record_note (kind, key, at, actor, name, text, changed_seq)
VALUES (:kind, :key, :now, :actor, :name, :text, :sequence)

-- name: note_show
SELECT * FROM record_note WHERE id = :id;

-- name: notes_of
SELECT * FROM record_note WHERE kind = :kind AND key = :key ORDER BY id LIMIT :limit;

-- What somebody who is mentioned may act as today.
-- name: note_mentioned
SELECT account.id AS account_id, account.name, role_grant.id AS grant_id, role_grant.role,
       role_grant.organisation_code, role_grant.area_code, role_grant.department_code
FROM account JOIN role_grant ON role_grant.account_id = account.id
WHERE account.name = :name AND account.state = 'active' AND role_grant.revoked_at IS NULL
  AND role_grant.valid_from <= :today
  AND (role_grant.valid_to IS NULL OR role_grant.valid_to >= :today)
ORDER BY role_grant.id LIMIT :limit;
