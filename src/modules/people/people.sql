-- name: person_list
SELECT person.*, person.id AS person_id FROM person

-- name: person_show
SELECT * FROM person WHERE id = :id;

-- name: person_insert
INSERT INTO person (uid, created_at, changed_seq) VALUES (:uid, :now, :sequence) RETURNING id;

-- An erasure that comes first leaves nothing to change.
-- name: person_update
UPDATE person SET name = :name, phone = :phone, email = :email, id_number = :id_number,
                  note = :note, changed_seq = :sequence
WHERE id = :id AND erased_at IS NULL RETURNING id;

-- name: person_by_digest
SELECT person_id FROM personal_index WHERE column_name = :column_name AND digest = :digest
ORDER BY person_id LIMIT 1;
