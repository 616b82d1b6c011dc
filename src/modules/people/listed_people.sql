-- name: person_remove
DELETE FROM person WHERE id = :id
    AND NOT EXISTS (SELECT 1 FROM account WHERE account.person_id = person.id)
RETURNING id;
